"""Every permission of the product: who has it, and what somebody without it is told.

What is not named here is denied to all. Which permission an act on a proposal asks for: `roadmaps.proposal_status`.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.policy.relations import (
    Administers,
    AdministersSide,
    Audits,
    Controls,
    Coordinates,
    Everybody,
    Leads,
    Oneself,
    Relation,
    Sits,
    TakesPart,
    Wrote,
)

Words = str | Promise


@dataclass(frozen=True)
class Permission:
    """``refusal`` and ``who`` are the title and the text of the page that somebody without it gets.

    - A permission to view needs no words: what somebody may not see is a 404.
    - ``not_of_seats``: the grants that do not count for a record about a person who holds a seat, or will hold one.
    """

    grants: tuple[Relation, ...]
    refusal: Words = _("You do not have permission")
    who: Words = ""
    not_of_seats: tuple[Relation, ...] = ()


EVERYBODY: Final = Permission((Everybody(),))
FOLLOWS: Final = Permission((TakesPart(), Sits(), Coordinates(), Controls(), Audits()))
SECRETARY: Final = Sits(("secretary",))
CO_CHAIR: Final = Sits(("co_chair",))
STAFF: Final = ("officer", "head")

PERMISSIONS: Final[dict[str, Permission]] = {
    "area.view": EVERYBODY,
    "group.view": EVERYBODY,
    "organisation.view": EVERYBODY,
    "meeting.view": EVERYBODY,
    "decision.view": EVERYBODY,
    "indicator.view": EVERYBODY,
    "stage.view": EVERYBODY,
    "calendar.view": EVERYBODY,
    # reads the group's road map and proposals whole; all others only the rows that name their organisation
    "group.follow": FOLLOWS,
    "project.view": FOLLOWS,
    "roadmap.view": FOLLOWS,
    "milestone.view": FOLLOWS,
    # a draft: its author's organisation, the group, its two lead organisations, the coordinator and the control
    # organisation
    "proposal.view": Permission((Wrote(), *FOLLOWS.grants)),
    "proposal.author": Permission((Wrote(),)),
    "proposal.draft": Permission(
        (SECRETARY, TakesPart(STAFF)),
        _("You cannot edit this draft"),
        _("The group’s secretaries can, and officers and heads of the organisations that take part."),
    ),
    # also reopens, and edits what was reopened
    "proposal.publish": Permission(
        (SECRETARY,),
        _("You cannot publish this proposal, or edit it after publication"),
        _("The secretaries of the working group can."),
    ),
    "proposal.withdraw": Permission(
        (SECRETARY,), _("You cannot withdraw this proposal"), _("The secretaries of the working group can.")
    ),
    # for the own side only, which the service holds: there is no substitute, no deputy, no override
    "proposal.sign": Permission(
        (CO_CHAIR,),
        _("Only a co-chair can sign this proposal"),
        _(
            "The co-chair of each side signs for that side. There is no substitute, and no administrator can sign "
            "instead. You can read the proposal and write to the co-chairs."
        ),
    ),
    "proposal.refuse": Permission(
        (CO_CHAIR,),
        _("Only a co-chair can refuse this proposal"),
        _("The co-chair of each side refuses for that side. You can read the proposal and write to the co-chairs."),
    ),
    "milestone.forecast": Permission(
        (Leads(STAFF),),
        _("You cannot write this forecast"),
        _("Officers and heads of the organisation that leads the milestone can."),
    ),
    "project.edit": Permission(
        (Leads(STAFF),),
        _("You cannot edit this project"),
        _("Officers and heads of the organisations that lead it can."),
    ),
    "notice.view": Permission((Oneself(), Administers(), Audits())),
    # of either coordinator: the stages are both sides'; a calendar is its side's own
    "stage.edit": Permission(
        (AdministersSide(),),
        _("You cannot edit reminder stages"),
        _("The administrators of either side’s coordinator can."),
    ),
    "calendar.edit": Permission(
        (AdministersSide(),),
        _("You cannot edit this calendar"),
        _("The administrators of its side’s coordinator can."),
    ),
    "organisation.edit": Permission(
        (Administers(),),
        _("You cannot edit this organisation"),
        _("The administrators of the organisation, of the organisation above it and of its side’s coordinator can."),
    ),
    "membership.view": Permission((Administers(), AdministersSide())),
    # who holds a seat speaks for the side: no ministry renames or deactivates them
    "membership.manage": Permission(
        (Administers(), AdministersSide()),
        _("You cannot manage these people"),
        _(
            "The administrators of the organisation, of the organisation above it and of its side’s coordinator can; "
            "for a person with a seat in a working group, the coordinator’s alone."
        ),
        not_of_seats=(Administers(),),
    ),
    # who enrolled which key, and when: the list that an auditor compares with their own
    "key.view": Permission((Audits(),)),
    "service_account.manage": Permission(
        (Administers(),),
        _("You cannot manage service accounts"),
        _("The administrators of the organisation, of the organisation above it and of its side’s coordinator can."),
    ),
    "seat.manage": Permission(
        (AdministersSide(),),
        _("You cannot assign or end this seat"),
        _("The administrators of its side’s coordinator can."),
    ),
}
