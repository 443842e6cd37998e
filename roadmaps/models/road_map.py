from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import WorkingGroup
from accounts.policy.access import Access
from audit.models import Audited

if TYPE_CHECKING:
    from roadmaps.models.agreement import RoadMapVersion


class RoadMap(Audited):
    """One working group's road map. ``reference`` (RM-07) is printed and signed, and never changes."""

    reference = models.CharField(_("reference"), max_length=10, unique=True)
    # PROTECT: a road map is its group's
    group = models.OneToOneField(
        WorkingGroup, on_delete=models.PROTECT, related_name="road_map", verbose_name=_("working group")
    )

    access = Access(
        view="roadmap.view",
        acts=("proposal.draft",),
        takes_part=("group__lead_uz", "group__lead_kr", "milestones__assignments__organisation"),
        leads=("group__lead_uz", "group__lead_kr"),
        group="group",
    )

    class Meta:
        verbose_name = _("road map")
        verbose_name_plural = _("road maps")
        ordering = ["reference"]

    def __str__(self) -> str:
        return f"{self.reference} {self.group}"

    def in_force(self) -> "RoadMapVersion | None":
        """The newest version; None before both sides have signed the first."""
        return self.versions.select_related("revision").order_by("-number").first()
