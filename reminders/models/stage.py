from datetime import date
from typing import Final, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.policy.access import Access
from audit.models import Audited
from common.text import MultilingualField

FARTHEST: Final = 250  # working days: about a year


class StageReach(models.TextChoices):
    """Who is reminded at a stage; each value includes those above it."""

    OFFICERS = "officers", _("officers of leads and co-executors")
    HEADS = "heads", _("and their heads")
    SECRETARIES = "secretaries", _("and the working group's secretaries of both sides")


class Stage(Audited):
    """One row is one stage: a number of working days from the deadline, by the recipient's calendar."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = MultilingualField(_("name"), max_length=100)
    working_days = models.SmallIntegerField(
        _("working days"),
        unique=True,
        validators=[MinValueValidator(-FARTHEST), MaxValueValidator(FARTHEST)],
        help_text=_("From the deadline: -3 is three working days before it."),
    )
    reach = models.CharField(_("goes to"), max_length=11, choices=StageReach)
    default = models.BooleanField(_("always runs"), default=False, editable=False)

    access = Access(view="stage.view", edit="stage.edit")

    class Meta:
        verbose_name = _("reminder stage")
        verbose_name_plural = _("reminder stages")
        ordering = ["working_days"]
        constraints = [
            models.CheckConstraint(
                name="stage_within_a_year", condition=models.Q(working_days__range=(-FARTHEST, FARTHEST))
            )
        ]

    def __str__(self) -> str:
        return str(self.name)

    def check_change(self, before: Self | None, today: date) -> None:
        """Refuse changes to a default stage: both sides rely on it."""
        if before and before.default:
            raise ValidationError(_("This stage always runs and cannot be changed. Add another stage instead."))
