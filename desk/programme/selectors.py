"""The figures that the sides follow, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import Prefetch
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.policy.actors import Actor
from desk.selectors import visible_to
from programme.models import Comparison, Indicator, Meeting, Observation

BILLION: Final = Decimal(10**9)
MILLION: Final = Decimal(10**6)


@dataclass(frozen=True)
class LatestFigure:
    """An indicator with one of its observations; ``words`` say it as the source does."""

    indicator: Indicator
    observation: Observation

    @property
    def words(self) -> str:
        value = amount(self.observation.value, self.indicator.unit)
        if self.observation.comparison == Comparison.MORE_THAN:
            return _("more than %(figure)s") % {"figure": value}
        if self.observation.comparison == Comparison.REACHED:
            return _("reached %(figure)s") % {"figure": value}
        return value


def amount(value: Decimal, unit: str) -> str:
    """Return an amount in words, such as US $7.5 billion or 726 enterprises; nothing is rounded."""
    if unit != "USD":
        return f"{_number(value)} {unit}"
    if value >= BILLION:
        return _("US $%(number)s billion") % {"number": _number(value / BILLION)}
    if value >= MILLION:
        return _("US $%(number)s million") % {"number": _number(value / MILLION)}
    return _("US $%(number)s") % {"number": _number(value)}


def figures(actor: Actor, meeting: Meeting | None = None) -> list[LatestFigure]:
    """Return the latest observation of each indicator, or those of one meeting."""
    return list(_figures(actor, meeting))


def _figures(actor: Actor, meeting: Meeting | None) -> Iterator[LatestFigure]:
    observations = visible_to(actor, Observation.objects.all())
    if meeting is not None:
        observations = observations.filter(meeting=meeting)
    sources = Prefetch("meeting", visible_to(actor, Meeting.objects.all()))
    prefetch = Prefetch("observations", observations.prefetch_related(sources))
    for indicator in visible_to(actor, Indicator.objects.prefetch_related(prefetch)):
        rows = sorted(indicator.observations.all(), key=lambda row: row.as_of.year if row.as_of else row.year or 0)
        if rows:
            yield LatestFigure(indicator, rows[-1])


def _number(value: Decimal) -> str:
    """Return the number in the reader's format, without trailing zeros."""
    digits = f"{value:f}"
    return number_format(digits.rstrip("0").rstrip(".") if "." in digits else digits, force_grouping=True)
