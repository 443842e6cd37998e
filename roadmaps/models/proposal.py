from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.policy.access import Access
from audit.models import Audited
from common.sides import Layer
from common.text import MultilingualField
from roadmaps.document.content import RoadMapContent
from roadmaps.document.outline import outline_of
from roadmaps.document.read import read_content
from roadmaps.models.road_map import RoadMap
from roadmaps.proposal_status import OPEN_STATES


class ProposalState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    # reopened for editing after it was published: its signatures are void, the next revision is being written
    REWORKED = "reworked", _("being edited")
    IN_FORCE = "in_force", _("in force")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Proposal(Audited):
    """A road map as it would read. ``content`` is the draft: the whole document (`roadmaps.document`).

    A draft on one side's own layer is RM-07.UZ2; publishing gives it the next number of the shared ones, RM-07.P3.
    """

    # PROTECT: what was proposed stays with its road map
    road_map = models.ForeignKey(
        RoadMap, on_delete=models.PROTECT, related_name="proposals", verbose_name=_("road map")
    )
    # counted by layer: a number that counted the other side's drafts too would tell how many there are
    number = models.PositiveIntegerField(_("number"))
    # UZ3, once it is published; no column of the history, which the other side may read from then on
    drafted_as = models.CharField(max_length=13, blank=True, editable=False)
    layer = models.CharField(_("layer"), max_length=6, choices=Layer, default=Layer.SHARED)
    state = models.CharField(_("state"), max_length=10, choices=ProposalState, default=ProposalState.DRAFT)
    # PROTECT: null for the programme's own drafts, made from the press release
    author = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("written by")
    )
    # PROTECT: the version it would change; null where it would be the first
    base = models.ForeignKey(
        "roadmaps.RoadMapVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("base version"),
    )
    content = models.JSONField(_("content"))
    # what lists print of the content; computed by `save`, and no column of the history
    outline = models.JSONField(_("outline"), default=list, editable=False)
    reason = MultilingualField(_("reason"), max_length=4000, multiline=True, null=True, blank=True)

    access = Access(
        view="proposal.view",
        acts=(
            "proposal.author",
            "proposal.draft",
            "proposal.publish",
            "proposal.sign",
            "proposal.refuse",
            "proposal.withdraw",
        ),
        takes_part=("road_map__group__lead_uz", "road_map__group__lead_kr", "parties__organisation"),
        group="road_map__group",
        author="author",
        layer="layer",
    )

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["road_map", "number"]
        constraints = [
            models.UniqueConstraint(fields=["road_map", "layer", "number"], name="proposal_number_once_a_layer"),
            models.CheckConstraint(name="proposal_layer", condition=models.Q(layer__in=Layer.values)),
            # what both sides can see is on the shared layer
            models.CheckConstraint(
                name="published_is_shared",
                condition=models.Q(state__in=(ProposalState.DRAFT, ProposalState.WITHDRAWN))
                | models.Q(layer=Layer.SHARED),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the outline of the content. Raises: ContentError where the content is malformed."""
        if "content" not in self.get_deferred_fields():
            self.outline = outline_of(self.document)
        super().save(*args, **kwargs)

    @property
    def code(self) -> str:
        """P2; UZ2 or KR2 while it is on that side's own layer."""
        return f"{'P' if self.layer == Layer.SHARED else self.layer}{self.number}"

    @property
    def label(self) -> str:
        """2; UZ2 or KR2 while it is on that side's own layer."""
        return self.code.removeprefix("P")

    @property
    def reference(self) -> str:
        return f"{self.road_map.reference}.{self.code}"

    @property
    def document(self) -> RoadMapContent:
        """The content as typed values. Raises: ContentError where it is malformed."""
        return read_content(self.content)

    @property
    def is_private(self) -> bool:
        """Whether it is on one side's own layer."""
        return self.layer != Layer.SHARED

    @property
    def is_open(self) -> bool:
        """Whether anything can still be done with it; `roadmaps.proposal_status` says what."""
        return self.state in OPEN_STATES


class ProposalParty(Audited):
    """One organisation that a published proposal names, and that therefore sees the rows which name it."""

    # CASCADE never fires: proposals are not deleted
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="parties", verbose_name=_("proposal"))
    # PROTECT: the organisation is named in what was published
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )

    access = Access(
        view="proposal.view",
        takes_part=(
            "proposal__road_map__group__lead_uz",
            "proposal__road_map__group__lead_kr",
            "proposal__parties__organisation",
        ),
        group="proposal__road_map__group",
        author="proposal__author",
        layer="proposal__layer",
    )

    class Meta:
        verbose_name = _("party of a proposal")
        verbose_name_plural = _("parties of a proposal")
        ordering = ["proposal", "organisation"]
        constraints = [models.UniqueConstraint(fields=["proposal", "organisation"], name="party_once_a_proposal")]

    def __str__(self) -> str:
        return f"{self.proposal.reference}: {self.organisation}"
