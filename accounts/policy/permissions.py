"""Every permission of the product, and who has it. What is not named here is denied to all."""

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

Grants = tuple[Relation, ...]

EVERYBODY: Grants = (Everybody(),)
FOLLOWS: Grants = (TakesPart(), Sits(), Coordinates(), Controls(), Audits())

PERMISSIONS: dict[str, Grants] = {
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
    # a draft: its author's organisation, the group, its two lead organisations, the coordinator, the control body
    "proposal.view": (Wrote(), TakesPart(), Sits(), Coordinates(), Controls(), Audits()),
    "proposal.author": (Wrote(),),
    "proposal.draft": (Sits(("secretary",)), TakesPart(("officer", "head"))),
    "proposal.publish": (Sits(("secretary",)),),
    "proposal.withdraw": (Sits(("secretary",)),),
    # for the own side only, which the service holds: there is no substitute, no deputy, no override
    "proposal.sign": (Sits(("co_chair",)),),
    "proposal.refuse": (Sits(("co_chair",)),),
    "milestone.view": FOLLOWS,
    "milestone.forecast": (Leads(("officer", "head")),),
    "project.edit": (Leads(("officer", "head")),),
    "notice.view": (Oneself(), Administers(), Audits()),
    # of either coordinator: the stages are both sides'; a calendar is its side's own
    "stage.edit": (AdministersSide(),),
    "calendar.edit": (AdministersSide(),),
    "organisation.edit": (Administers(),),
    "membership.manage": (Administers(),),
    "service_account.manage": (Administers(),),
    "seat.manage": (AdministersSide(),),
}
