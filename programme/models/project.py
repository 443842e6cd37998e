from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.policy.access import Access, Via
from audit.models import Audited
from common.text import MultilingualField
from programme.models.area import PriorityArea
from programme.models.decision import Decision


class Project(Audited):
    """A joint project. It has its decision's code; its leads keep the summary up to date.

    The first ones are loaded from the summit's decisions: `programme.loading.writing`.
    """

    code = models.CharField(_("code"), max_length=20, unique=True)
    # PROTECT: a project keeps the area and the decision it comes from
    area = models.ForeignKey(PriorityArea, on_delete=models.PROTECT, related_name="projects", verbose_name=_("area"))
    decision = models.OneToOneField(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="project", verbose_name=_("decision")
    )
    title = MultilingualField(_("title"), max_length=500)
    summary = MultilingualField(_("summary"), max_length=4000, multiline=True, null=True, blank=True)
    regions = models.JSONField(_("regions"), default=list, blank=True)
    regions_inferred = models.BooleanField(_("regions not in the source"), default=False)

    access = Access(
        view="project.view",
        edit="project.edit",
        takes_part=("participants__organisation",),
        leads=(Via("participants__organisation", "participants__role", "lead"),),
        group="area__group",
    )

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class ParticipantRole(models.TextChoices):
    LEAD = "lead", _("lead")
    PARTICIPANT = "participant", _("participant")
    FUNDING = "funding", _("funding")


class ProjectParticipant(Audited):
    """An organisation that takes part in a project."""

    # CASCADE never fires: projects are not deleted
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="participants", verbose_name=_("project")
    )
    # PROTECT: the organisation is part of the project's past
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="participations", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=12, choices=ParticipantRole)
    unconfirmed = models.BooleanField(_("to be confirmed"), default=False, help_text=_("Not in the press release."))

    access = Access(
        view="project.view",
        takes_part=("project__participants__organisation",),
        group="project__area__group",
    )

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["project", "role", "organisation"]
        constraints = [models.UniqueConstraint(fields=["project", "organisation"], name="participant_once_a_project")]

    def __str__(self) -> str:
        return f"{self.project.code}: {self.organisation}"
