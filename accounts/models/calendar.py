"""Exceptions to a side's week and public holidays."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.policy.access import Access
from audit.models import Audited
from common.sides import Side


class DayKind(models.TextChoices):
    DAY_OFF = "day_off", _("day off")
    WORKING_DAY = "working_day", _("working day")


class DayException(Audited):
    """A day on which a side works, or does not, whatever its week and public holidays say. Both sides see it."""

    side = models.CharField(_("side"), max_length=2, choices=Side)
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=11, choices=DayKind)
    note = models.CharField(_("note"), max_length=300, blank=True, help_text=_("Such as the decree that says so."))

    access = Access(view="calendar.view", edit="calendar.edit", side="side")

    class Meta:
        verbose_name = _("day off or working day")
        verbose_name_plural = _("days off and working days")
        ordering = ["-day", "side"]
        constraints = [
            models.CheckConstraint(name="day_exception_side", condition=models.Q(side__in=Side.values)),
            models.UniqueConstraint(
                fields=["side", "day"],
                name="one_exception_a_day",
                violation_error_message=_("This day is in the calendar already: open it there and change it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.get_kind_display()}"
