"""What was tried against the product from outside: a file a kind, over all its members."""
