from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.policy.access import Access
from audit.models import Audited
from common.text import MultilingualField
from programme.models.meeting import Meeting


class Indicator(Audited):
    """A figure that the sides monitor, such as trade or the portfolio of projects."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    title = MultilingualField(_("title"), max_length=300)
    unit = models.CharField(_("unit"), max_length=30, help_text=_("USD is US dollars; otherwise what is counted."))

    access = Access(view="indicator.view")

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["code"]

    def __str__(self) -> str:
        return str(self.title)


class Comparison(models.TextChoices):
    """How the source states the figure."""

    EXACTLY = "exactly", _("exactly")
    MORE_THAN = "more_than", _("more than")
    REACHED = "reached", _("reached")


class Observation(Audited):
    """A value of an indicator, on a date or for a year, and its source."""

    # CASCADE never fires: indicators are not deleted
    indicator = models.ForeignKey(
        Indicator, on_delete=models.CASCADE, related_name="observations", verbose_name=_("indicator")
    )
    # PROTECT: the source of the figure
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="observations", verbose_name=_("source")
    )
    paragraph = models.PositiveIntegerField(_("paragraph"), null=True, blank=True)
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=2)
    comparison = models.CharField(_("comparison"), max_length=10, choices=Comparison, default=Comparison.EXACTLY)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    year = models.PositiveIntegerField(_("for the year"), null=True, blank=True)

    access = Access(view="indicator.view")

    class Meta:
        verbose_name = _("observation")
        verbose_name_plural = _("observations")
        ordering = ["indicator", "as_of", "year"]
        constraints = [
            models.CheckConstraint(
                name="observation_has_a_time",
                condition=models.Q(as_of__isnull=False) ^ models.Q(year__isnull=False),
            ),
            models.UniqueConstraint(fields=["indicator", "as_of"], name="one_observation_a_day"),
            models.UniqueConstraint(fields=["indicator", "year"], name="one_observation_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code}: {self.value}"
