"""Revisions, the signatures and refusals on them, and the versions that came into force."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.policy.access import Access
from audit.models import Audited
from common.sides import Side
from common.text import MultilingualField
from roadmaps.document.content import RoadMapContent
from roadmaps.document.read import read_content
from roadmaps.models.proposal import Proposal
from roadmaps.models.road_map import RoadMap

HASH_LENGTH = 64


def _through(prefix: str) -> Access:
    """Return the access of a record that whoever sees the proposal sees."""
    return Access(
        view="proposal.view",
        takes_part=(
            f"{prefix}road_map__group__lead_uz",
            f"{prefix}road_map__group__lead_kr",
            f"{prefix}parties__organisation",
        ),
        group=f"{prefix}road_map__group",
        author=f"{prefix}author",
    )


class Revision(Audited):
    """One frozen text of a proposal, which both sides sign. Only ``void_at`` ever changes.

    ``reference`` (RM-07.P3.R2) is printed and signed. ``base_hash`` is the hash of the version it changes: signed with
    it, so that the versions form a chain.
    """

    # PROTECT: what was signed stays
    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, related_name="revisions", verbose_name=_("proposal")
    )
    number = models.PositiveIntegerField(_("number"))
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    content = models.JSONField(_("content"))
    reason = MultilingualField(_("reason"), max_length=4000, multiline=True, null=True, blank=True)
    base_hash = models.CharField(_("hash of the base version"), max_length=HASH_LENGTH, blank=True)
    content_hash = models.CharField(_("content hash"), max_length=HASH_LENGTH)
    published_at = models.DateTimeField(_("published"))
    published_by = models.CharField(_("published by"), max_length=200)
    void_at = models.DateTimeField(_("void since"), null=True, blank=True)

    access = _through("proposal__")

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["proposal", "number"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="revision_number_once_a_proposal"),
            models.UniqueConstraint(
                fields=["proposal"], condition=models.Q(void_at__isnull=True), name="one_open_revision_a_proposal"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def document(self) -> RoadMapContent:
        """The frozen content as typed values."""
        return read_content(self.content)


class RoadMapVersion(Audited):
    """One agreed text of a road map, in force from the second signature until the next version."""

    # PROTECT: versions are the road map's past
    road_map = models.ForeignKey(RoadMap, on_delete=models.PROTECT, related_name="versions", verbose_name=_("road map"))
    number = models.PositiveIntegerField(_("number"))
    revision = models.OneToOneField(
        Revision, on_delete=models.PROTECT, related_name="version", verbose_name=_("revision")
    )
    in_force_at = models.DateTimeField(_("in force since"))
    illustrative = models.BooleanField(_("sample"), default=False)

    access = Access(
        view="roadmap.view",
        takes_part=(
            "road_map__group__lead_uz",
            "road_map__group__lead_kr",
            "road_map__milestones__assignments__organisation",
        ),
        group="road_map__group",
    )

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["road_map", "number"]
        constraints = [models.UniqueConstraint(fields=["road_map", "number"], name="version_number_once_a_road_map")]

    def __str__(self) -> str:
        return f"{self.road_map.reference}, version {self.number}"


class Signature(Audited):
    """One side's signature on one revision, by its co-chair's passkey, with all that its verification needs.

    The bytes are kept raw, never parsed and written anew. There is no foreign key to the passkey or the person: both
    may go, the signature stays. ``issued_at`` is signed with the rest, in whole seconds: it IS the moment of signing.
    """

    # PROTECT: what was signed stays
    revision = models.ForeignKey(
        Revision, on_delete=models.PROTECT, related_name="signatures", verbose_name=_("revision")
    )
    side = models.CharField(_("side"), max_length=2, choices=Side)
    signer_id = models.BigIntegerField(_("key of the signer"))
    signer_name = models.CharField(_("signed by"), max_length=200)
    seat = models.CharField(_("seat"), max_length=200)
    content_hash = models.CharField(_("content hash"), max_length=HASH_LENGTH)
    issued_at = models.DateTimeField(_("signed at"))
    rp_id = models.CharField(max_length=255)
    origin = models.CharField(max_length=255)
    credential_id = models.BinaryField(max_length=1023)
    cose_key = models.BinaryField(max_length=2048)
    public_key = models.BinaryField(max_length=2048)
    authenticator_data = models.BinaryField(max_length=2048)
    client_data = models.BinaryField(max_length=4096)
    signature = models.BinaryField(max_length=1024)
    sign_count = models.BigIntegerField(_("counter"))
    passkey_name = models.CharField(_("passkey"), max_length=200)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    illustrative = models.BooleanField(_("sample"), default=False)

    access = _through("revision__proposal__")

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["revision", "issued_at"]
        constraints = [
            models.CheckConstraint(name="signature_side", condition=models.Q(side__in=Side.values)),
            models.UniqueConstraint(
                fields=["revision", "side"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="one_key_a_side_and_revision",
            ),
            # a withdrawn signature cannot be used again
            models.UniqueConstraint(fields=["revision", "side", "issued_at"], name="one_moment_a_side_and_revision"),
        ]

    def __str__(self) -> str:
        return f"{self.revision.reference}, {self.side}, {self.signer_name}"


class Refusal(Audited):
    """One side's refusal of a revision, with its reason."""

    # PROTECT: a refusal is part of how the text came about
    revision = models.ForeignKey(
        Revision, on_delete=models.PROTECT, related_name="refusals", verbose_name=_("revision")
    )
    side = models.CharField(_("side"), max_length=2, choices=Side)
    refused_by = models.CharField(_("refused by"), max_length=200)
    refused_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(_("refused at"))
    reason = models.TextField(_("reason"), max_length=4000)

    access = _through("revision__proposal__")

    class Meta:
        verbose_name = _("refusal")
        verbose_name_plural = _("refusals")
        ordering = ["revision", "refused_at"]
        constraints = [
            models.CheckConstraint(name="refusal_side", condition=models.Q(side__in=Side.values)),
            models.UniqueConstraint(fields=["revision", "side"], name="one_refusal_a_side_and_revision"),
        ]

    def __str__(self) -> str:
        return f"{self.revision.reference}, {self.side}"
