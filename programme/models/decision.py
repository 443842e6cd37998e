from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.policy.access import Access
from audit.models import Audited
from common.text import MultilingualField
from programme.models.area import PriorityArea
from programme.models.meeting import Meeting


class DecisionKind(models.TextChoices):
    PROGRAMME = "programme", _("programme")
    PROJECT = "project", _("project")
    EVENT = "event", _("event")


class SourceStanding(models.TextChoices):
    """The status of a decision in its source, the press release."""

    NOTED = "noted", _("noted")
    LAUNCHED = "launched", _("launched")
    UNDER_WAY = "under_way", _("under way")
    PREPARED = "prepared", _("prepared")
    PLANNED = "planned", _("planned")
    INSTRUCTED = "instructed", _("instructed")
    AGREED = "agreed", _("agreed")
    SUPPORTED = "supported", _("supported")
    PROPOSED = "proposed", _("proposed")
    CONSIDERED = "considered", _("considered")


# past achievements, what is already under way and what was only considered become no measure of their own
NOTHING_TO_CARRY_OUT = frozenset(
    {SourceStanding.NOTED, SourceStanding.LAUNCHED, SourceStanding.UNDER_WAY, SourceStanding.CONSIDERED}
)


class Decision(Audited):
    """Something that a meeting decided, agreed, proposed or noted, with the paragraph that says so.

    - ``due_on``: the last day of the period that the source names; ``due_precision``: how precisely it names it.
    - ``when_text``: the source's own words.
    - ``done_on``: a past date.

    None of these is an agreed deadline.
    """

    code = models.CharField(_("code"), max_length=20, unique=True)
    # PROTECT: a decision keeps its source
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("meeting"))
    area = models.ForeignKey(PriorityArea, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("area"))
    kind = models.CharField(_("kind"), max_length=10, choices=DecisionKind)
    source_standing = models.CharField(_("status in the press release"), max_length=10, choices=SourceStanding)
    title = MultilingualField(_("title"), max_length=500)
    paragraph = models.PositiveIntegerField(_("paragraph"))
    when_text = models.CharField(_("date in the source's words"), max_length=200, blank=True)
    due_on = models.DateField(_("last day named"), null=True, blank=True)
    due_precision = models.CharField(_("precision"), max_length=10, blank=True)
    done_on = models.DateField(_("completed on"), null=True, blank=True)
    regions = models.JSONField(_("regions"), default=list, blank=True)
    regions_inferred = models.BooleanField(_("regions not in the source"), default=False)

    access = Access(view="decision.view", group="area__group")

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def to_carry_out(self) -> bool:
        return self.source_standing not in NOTHING_TO_CARRY_OUT

    @property
    def source(self) -> str:
        """The paragraph of the record that states the decision."""
        return self.meeting.paragraph(self.paragraph)


class DecisionParty(Audited):
    """An organisation that a decision names, or one that was inferred and is still to be confirmed."""

    # CASCADE never fires: decisions are not deleted
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="parties", verbose_name=_("decision"))
    # PROTECT: the organisation is part of what was decided
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    inferred = models.BooleanField(_("not in the source"), default=False)
    funding = models.BooleanField(_("funds it"), default=False)

    access = Access(view="decision.view")

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["decision", "organisation"]
        constraints = [models.UniqueConstraint(fields=["decision", "organisation"], name="party_once_a_decision")]

    def __str__(self) -> str:
        return f"{self.decision.code}: {self.organisation}"
