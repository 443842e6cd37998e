"""Random working calendars."""

from datetime import date

from hypothesis import strategies as st

from common.working_days import WorkingCalendar

DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))
EXCEPTIONS = st.dictionaries(DAYS, st.booleans(), max_size=60)
CALENDARS = st.builds(
    lambda year, exceptions: WorkingCalendar(of_year=lambda _year: year, exceptions=exceptions), EXCEPTIONS, EXCEPTIONS
)
