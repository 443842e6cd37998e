"""The part of my desk about work: what the person has to do, and whom they wait for."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.policy.actors import Actor
from accounts.policy.questions import visible
from desk.milestones.selectors.live import LiveMilestone
from desk.milestones.selectors.urgent import Urgent
from desk.proposals.status import ProposalSummary, proposals, summaries
from roadmaps.milestone_status import MilestoneStatus
from roadmaps.models import Proposal
from roadmaps.proposal_status import OPEN_STATES, ProposalAct
from roadmaps.signing import passkeys


@dataclass(frozen=True)
class TodoItem:
    """One line of the desk: a shape and its words, what is to be done, where, and why now."""

    verb: str
    shape: str
    when: str
    what: str
    address: str
    why: str
    action: str
    urgency: int
    first: str = ""  # the address of what has to be done before, which the button then leads to


@dataclass(frozen=True)
class Waiting:
    """Something the person has done that waits for somebody else."""

    what: str
    address: str
    whom: tuple[tuple[str, str], ...]  # (side, name)
    since: datetime | None


def open_proposals(actor: Actor) -> list[ProposalSummary]:
    """Return the status of the open proposals that the person may sign or publish."""
    signs, publishes = (visible(actor, f"proposal.{act}", Proposal.objects.order_by()) for act in ("sign", "publish"))
    theirs = Q(pk__in=signs.values("pk")) | Q(pk__in=publishes.values("pk"))
    return summaries(actor, proposals(actor).filter(theirs, state__in=OPEN_STATES).defer("content"))


def _with(actor: Actor, permission: str, open_ones: list[ProposalSummary]) -> set[int]:
    """Return the keys of the proposals on which the actor has ``permission``."""
    found = Proposal.objects.filter(pk__in=[summary.proposal.pk for summary in open_ones])
    return set(visible(actor, permission, found).values_list("pk", flat=True))


def todo(actor: Actor, open_ones: list[ProposalSummary], late: Urgent) -> list[TodoItem]:
    """Return what to sign, to publish, to rework and to forecast, the most urgent first."""
    signs, publishes = (_with(actor, f"proposal.{act}", open_ones) for act in ("sign", "publish"))
    found = [item for summary in open_ones if (item := _of_seat(actor, summary, signs, publishes))]
    found += [of_lead(entry) for entry in late.entries]
    return sorted(found, key=lambda item: item.urgency)


def waiting(actor: Actor, open_ones: list[ProposalSummary]) -> list[Waiting]:
    """Return the published proposals of the person's groups that wait for somebody else's signature."""
    signs = _with(actor, "proposal.sign", open_ones)
    found = []
    for summary in open_ones:
        others = [slot for slot in summary.missing if slot.side != actor.side or summary.proposal.pk not in signs]
        if not others:
            continue
        words = {"proposal": summary.proposal.reference, "group": summary.proposal.road_map.group}
        whom = tuple((slot.side, slot.co_chair.user.name if slot.co_chair else _("no co-chair yet")) for slot in others)
        since = summary.revision.published_at if summary.revision else None
        found.append(Waiting(_("%(proposal)s, %(group)s") % words, _page(summary.proposal), whom, since))
    return found


def _of_seat(actor: Actor, summary: ProposalSummary, signs: set[int], publishes: set[int]) -> TodoItem | None:
    """Return what a co-chair has to sign, or a secretary to publish, rework or withdraw; None for none of these."""
    proposal = summary.proposal
    words = {"proposal": proposal.reference, "group": proposal.road_map.group}
    if proposal.pk in signs and summary.move(ProposalAct.SIGN, actor.side):
        ready = actor.person is not None and bool(passkeys(actor.person))
        back = urlencode({"next": f"{_page(proposal)}#sign"})
        other = _("The other side has signed.") if summary.signed else _("Nobody has signed yet.")
        return TodoItem(
            verb="sign",
            shape="pending",
            when=_("Your signature"),
            what=_("Sign or refuse: %(proposal)s, %(group)s") % words,
            address=_page(proposal),
            why=other,
            action=_("Read and sign") if ready else _("Add a passkey to sign"),
            first="" if ready else f"{reverse('mfa_add_webauthn')}?{back}",
            urgency=-1000 if summary.signed else -500,
        )
    if proposal.pk in publishes and summary.move(ProposalAct.PUBLISH, actor.side):
        return TodoItem(
            verb="publish",
            shape="draft",
            when=summary.label,
            what=_("Edit and publish: %(proposal)s, %(group)s") % words,
            address=_page(proposal),
            why=_("Both co-chairs can sign it once it is published."),
            action=_("Open"),
            urgency=1000,
        )
    if proposal.pk in publishes and not summary.awaits_signatures:
        return TodoItem(
            verb="rework",
            shape=summary.shape,
            when=summary.label,
            what=(
                _("Withdraw: %(proposal)s, %(group)s")
                if summary.is_overtaken
                else _("Edit and publish again, or withdraw: %(proposal)s, %(group)s")
            )
            % words,
            address=_page(proposal),
            why=_stopped_because(summary),
            action=_("Open"),
            urgency=-250,
        )
    return None


def _stopped_because(summary: ProposalSummary) -> str:
    """Return why nobody can sign or publish it as it is."""
    refusal = summary.refusal
    if summary.is_overtaken or refusal is None:
        return _("A newer version is in force: this can no longer be signed. Start a new proposal from that version.")
    return _("%(who)s has refused it: “%(reason)s”") % {"who": refusal.refused_by, "reason": refusal.reason}


def of_lead(entry: LiveMilestone) -> TodoItem:
    """Return a milestone of the own organisation as a line."""
    days = entry.due_status.days or 0
    return TodoItem(
        verb="deliver",
        shape=entry.shape,
        when=days_in_words(days),
        what=str(entry.row),
        address=reverse("desk:milestone", args=[entry.row.uid]),
        why=_why(entry),
        action=_("Open"),
        urgency=days,
    )


def _why(entry: LiveMilestone) -> str:
    group = str(entry.row.road_map.group)
    if entry.due_status.status == MilestoneStatus.AT_RISK:
        return _("%(group)s. The forecast is later than the agreed date.") % {"group": group}
    if entry.due_status.status == MilestoneStatus.OVERDUE and entry.forecast_on is None:
        return _("%(group)s. No forecast yet. Say when it will be done.") % {"group": group}
    return f"{group}."


def days_in_words(days: int) -> str:
    """Return the days left or late in words."""
    if days < 0:
        return ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}
    if days == 0:
        return _("Today")
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


def _page(proposal: Proposal) -> str:
    return reverse("desk:proposal", args=[proposal.reference])
