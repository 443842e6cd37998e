"""The base of memberships and seats: a period in days."""

from datetime import date
from typing import ClassVar, Self, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.rules import check_period
from audit.models import Audited

M = TypeVar("M", bound=models.Model)


def in_force(today: date, prefix: str = "") -> models.Q:
    """Return a filter of what has begun and not ended on ``today``; ``prefix`` is a lookup that leads to the terms."""
    return models.Q(**{f"{prefix}valid_from__lte": today}) & not_ended(today, prefix)


def not_ended(today: date, prefix: str = "") -> models.Q:
    """Return a filter of what is in force on ``today`` or begins later; ``valid_to`` is the last day."""
    return models.Q(**{f"{prefix}valid_to__isnull": True}) | models.Q(**{f"{prefix}valid_to__gte": today})


class InForceQuerySet(models.QuerySet[M]):
    def in_force(self, today: date) -> Self:
        """Return those that have begun and not ended on ``today``."""
        return self.filter(in_force(today))

    def not_ended(self, today: date) -> Self:
        """Return those in force on ``today`` and those that begin later."""
        return self.filter(not_ended(today))


class Term(Audited):
    """From a day to a day, both included; without an end until further notice.

    Two with the same values of ``once_at_a_time`` do not overlap; the database refuses it too (migration 0004).
    """

    once_at_a_time: ClassVar[tuple[str, ...]]

    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(
        _("to"), null=True, blank=True, help_text=_("The last day. Empty: until further notice.")
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_ends_after_it_begins",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
            )
        ]

    def check_term(self, before: Self | None, today: date) -> None:
        """Refuse dates in the past, and a period in which the same is there already.

        Raises: ValidationError at the field.
        """
        check_period(
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            was_from=before.valid_from if before else None,
            was_to=before.valid_to if before else None,
            today=today,
        )
        same = {name: getattr(self, name) for name in self.once_at_a_time}
        if self.overlapping(**same).exists():
            raise ValidationError({"valid_from": _("This is there already in this period. End that entry first.")})

    def overlapping(self, **same: object) -> models.QuerySet[Self]:
        """Return the others with these values whose period has a day in common with this one's."""
        others = type(self)._default_manager.filter(**same).exclude(pk=self.pk)
        begun = models.Q(valid_from__lte=self.valid_to) if self.valid_to else models.Q()
        return others.filter(begun, not_ended(self.valid_from))
