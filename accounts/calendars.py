"""The working days of each side: public holidays, and the exceptions that its coordinator's administrator adds."""

from functools import lru_cache, partial
from types import MappingProxyType
from typing import Final

import holidays

from accounts.models import DayException, DayKind
from common.sides import Side
from common.working_days import DayExceptions, WorkingCalendar

COUNTRIES: Final = tuple(Side.values)  # the sides are named as ISO 3166 names the countries


def calendar_of(side: str) -> WorkingCalendar:
    """Return the side's calendar as it stands now; a sweep reads it once."""
    rows = DayException.objects.filter(side=side).values_list("day", "kind")
    exceptions = {day: kind == DayKind.WORKING_DAY for day, kind in rows}
    return WorkingCalendar(of_year=partial(_public_holidays, side), exceptions=MappingProxyType(exceptions))


@lru_cache(maxsize=100)
def _public_holidays(country: str, year: int) -> DayExceptions:
    """Return the days of a year that differ from the week, by the library ``holidays`` (read in release 0.109).

    - UZ: the holidays of the Labour Code, moved to Monday from a weekend since 2023; additional days off and worked
      Saturdays of the presidential decrees up to 2026 (for 12 December 2026, 31 December is off). Both Eids are
      confirmed up to 2026 and estimated later.
    - KR: the Public Holidays Act as amended in 2026 (Labour Day and Constitution Day are holidays, with substitutes),
      lunar holidays and their substitutes, the elections that end a term (local: 3 June 2026), the temporary holidays
      decreed up to 2025.

    What a government decrees later, or the sighting of the moon moves, is entered as `DayException`.
    """
    found = holidays.country_holidays(country, years=year)
    free = {day: False for day in found if day.year == year}
    worked = {day: True for day in found.weekend_workdays if day.year == year}
    return MappingProxyType(free | worked)
