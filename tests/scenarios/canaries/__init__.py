"""A small programme in which every text says whose it is, and the people who look for what is not theirs."""
