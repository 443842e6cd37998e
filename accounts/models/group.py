"""Working groups of both sides, and the seats in them."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import Organisation
from accounts.models.person import User
from accounts.models.term import InForceQuerySet, Term
from accounts.policy.access import Access
from audit.models import Audited
from common.sides import Side
from common.text import MultilingualField


class WorkingGroup(Audited):
    """The joint group of one area. Its two lead organisations, one of each side, lead its road map too."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = MultilingualField(_("name"), max_length=300)
    # PROTECT: an organisation that leads a group is replaced first
    lead_uz = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("lead of Uzbekistan")
    )
    lead_kr = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("lead of Korea")
    )
    unconfirmed = models.BooleanField(
        _("leads to be confirmed"), default=False, help_text=_("The press release does not name them.")
    )

    access = Access(
        view="group.view",
        acts=("group.follow",),
        takes_part=("lead_uz", "lead_kr"),
        leads=("lead_uz", "lead_kr"),
        group="pk",
    )

    class Meta:
        verbose_name = _("working group")
        verbose_name_plural = _("working groups")
        ordering = ["code"]

    def __str__(self) -> str:
        return str(self.name)

    def lead(self, side: str) -> Organisation:
        return self.lead_uz if side == Side.UZ else self.lead_kr


class SeatRole(models.TextChoices):
    MEMBER = "member", _("member")
    SECRETARY = "secretary", _("secretary")
    CO_CHAIR = "co_chair", _("co-chair")


class Seat(Term):
    """One person's seat in a working group, for their side and for a period."""

    # PROTECT: who sat where, when, is kept
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="seats", verbose_name=_("person"))
    group = models.ForeignKey(
        WorkingGroup, on_delete=models.PROTECT, related_name="seats", verbose_name=_("working group")
    )
    # the person's side, kept here because a constraint cannot look into another table; a person's side never changes
    side = models.CharField(_("side"), max_length=2, choices=Side, editable=False)
    role = models.CharField(_("seat"), max_length=10, choices=SeatRole)

    once_at_a_time = ("user", "group", "role")
    access = Access(view="group.view", edit="seat.manage", group="group", side="side", person="user")
    objects = InForceQuerySet["Seat"].as_manager()

    class Meta(Term.Meta):
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["group", "side", "role", "user"]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"

    def check_change(self, before: Self | None, today: date) -> None:
        """Refuse another person, group or role, dates in the past, and a second co-chair of a side at a time."""
        if before and (before.user_id, before.group_id, before.role) != (self.user_id, self.group_id, self.role):
            raise ValidationError(_("End this seat and add another."))
        self.side = self.user.side
        self.check_term(before, today)
        if self.role == SeatRole.CO_CHAIR:
            self._check_co_chair()

    def _check_co_chair(self) -> None:
        # the group's row is the lock: two co-chairs cannot be added at the same instant
        WorkingGroup.objects.select_for_update().get(pk=self.group_id)
        overlapping = self.overlapping(group=self.group_id, side=self.side, role=SeatRole.CO_CHAIR)
        if other := overlapping.select_related("user").first():
            raise ValidationError(
                {"role": _("%(name)s is co-chair in this period. End that seat first.") % {"name": other.user.name}}
            )
