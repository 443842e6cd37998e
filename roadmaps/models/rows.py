"""The version in force as rows, for deadlines, reports and lists. Only `project_version` writes them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.policy.access import Access, Via
from audit.models import Audited
from common.deadlines import Deadline, Precision
from common.sides import Side
from common.text import MultilingualField
from programme.models import Decision, Project
from roadmaps.models.agreement import RoadMapVersion
from roadmaps.models.road_map import RoadMap

PRECISIONS = [(precision.value, precision.value) for precision in Precision]


class AgreedRow(Audited):
    """A row of a road map, known by the ``uid`` that its content carries. Dropped rows keep their history."""

    uid = models.UUIDField(_("identity"), unique=True, editable=False)
    position = models.PositiveIntegerField(_("place in the document"))
    # PROTECT: null while in force; the version that no longer has it otherwise
    dropped_in = models.ForeignKey(
        RoadMapVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dropped in")
    )

    class Meta:
        abstract = True


class Section(AgreedRow):
    """One section; its Roman number is its place among those in force."""

    # PROTECT: content rows hold each other
    road_map = models.ForeignKey(RoadMap, on_delete=models.PROTECT, related_name="sections", verbose_name=_("road map"))
    title = MultilingualField(_("title"))

    access = Access(
        view="roadmap.view",
        takes_part=(
            "road_map__group__lead_uz",
            "road_map__group__lead_kr",
            "measures__milestones__assignments__organisation",
        ),
        group="road_map__group",
    )

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["road_map", "position"]

    def __str__(self) -> str:
        return str(self.title)


class Measure(AgreedRow):
    """One numbered measure: what is to be done, in the milestones below it."""

    # PROTECT, all: content rows hold each other
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="measures", verbose_name=_("section"))
    number = models.PositiveIntegerField(_("number"))
    title = MultilingualField(_("measure"))
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="measures", verbose_name=_("decision")
    )
    expected_result = MultilingualField(_("expected result"), null=True, blank=True)
    funding_organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("funded by")
    )
    funding_text = MultilingualField(_("funding source"), null=True, blank=True)

    access = Access(
        view="roadmap.view",
        takes_part=(
            "section__road_map__group__lead_uz",
            "section__road_map__group__lead_kr",
            "milestones__assignments__organisation",
        ),
        group="section__road_map__group",
    )

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        ordering = ["section", "position"]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class Milestone(AgreedRow):
    """One step with a deadline. Four dates: first agreed, agreed now, forecast (on its assignments), completed.

    ``due_on`` is the last day on which it is met, written by two keys only; ``original_due_on`` the first agreed date
    that was not "to be agreed", written once. Both are dates, not moments.
    """

    # PROTECT, all: content rows hold each other
    road_map = models.ForeignKey(
        RoadMap, on_delete=models.PROTECT, related_name="milestones", verbose_name=_("road map")
    )
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="milestones", verbose_name=_("measure"))
    number = models.PositiveIntegerField(_("number"))
    mechanism = MultilingualField(_("mechanism of implementation"))
    due_on = models.DateField(_("deadline"), null=True, blank=True)
    precision = models.CharField(_("precision"), max_length=10, choices=PRECISIONS, blank=True)
    review_every = models.PositiveIntegerField(_("months between reviews"), null=True, blank=True)
    original_due_on = models.DateField(_("first agreed deadline"), null=True, blank=True)
    original_precision = models.CharField(_("first agreed precision"), max_length=10, choices=PRECISIONS, blank=True)
    completed_on = models.DateField(_("completed on"), null=True, blank=True)
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, blank=True, related_name="milestones", verbose_name=_("project")
    )

    access = Access(
        view="milestone.view",
        acts=("milestone.forecast",),
        takes_part=("road_map__group__lead_uz", "road_map__group__lead_kr", "assignments__organisation"),
        leads=(Via("assignments__organisation", "assignments__role", "lead"),),
        group="road_map__group",
    )

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["measure", "position"]
        # each order of a list, with the key that ends a tie: a third of all deadlines may be one day
        indexes = [
            models.Index(fields=["due_on", "id"], name="milestones_by_deadline"),
            models.Index(fields=["original_due_on", "id"], name="milestones_by_first_deadline"),
            models.Index(fields=["completed_on", "id"], name="milestones_by_completion"),
            # what comes again each year or each few months is few, and is looked through at every sweep
            models.Index(
                fields=["due_on"],
                condition=models.Q(precision__in=(Precision.ANNUAL.value, Precision.CONTINUOUS.value)),
                name="repeated_deadlines",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.mechanism}"

    @property
    def label(self) -> str:
        return f"{self.measure.number}.{self.number}"

    @property
    def deadline(self) -> Deadline:
        return Deadline(self.due_on, Precision(self.precision) if self.precision else None, self.review_every)


class AssignmentRole(models.TextChoices):
    LEAD = "lead", _("lead")
    CO_EXECUTOR = "co_executor", _("co-executor")


class Assignment(Audited):
    """One organisation's part in a milestone, with what its lead expects of the date."""

    # PROTECT, both: who promised what stays
    milestone = models.ForeignKey(
        Milestone, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("milestone")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("organisation")
    )
    # the organisation's side, kept here because a constraint cannot look into another table
    side = models.CharField(_("side"), max_length=2, choices=Side, editable=False)
    role = models.CharField(_("role"), max_length=12, choices=AssignmentRole)
    part = MultilingualField(_("own part"), null=True, blank=True)
    position = models.PositiveIntegerField(_("place in the list"))
    forecast_on = models.DateField(_("forecast"), null=True, blank=True)
    forecast_reason = models.TextField(_("reason for the forecast"), max_length=1000, blank=True)
    dropped_in = models.ForeignKey(
        RoadMapVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dropped in")
    )

    access = Access(
        view="milestone.view",
        acts=("milestone.forecast",),
        takes_part=(
            "milestone__road_map__group__lead_uz",
            "milestone__road_map__group__lead_kr",
            "milestone__assignments__organisation",
        ),
        leads=(Via("organisation", "role", "lead"),),
        group="milestone__road_map__group",
    )

    class Meta:
        verbose_name = _("executor")
        verbose_name_plural = _("executors")
        ordering = ["milestone", "position"]
        constraints = [
            models.UniqueConstraint(fields=["milestone", "organisation"], name="executor_once_a_milestone"),
            models.UniqueConstraint(
                fields=["milestone", "side"],
                condition=models.Q(role="lead", dropped_in__isnull=True),
                name="one_lead_a_side_and_milestone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.get_role_display()}"
