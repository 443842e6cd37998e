"""The pages of proposals: the list, one proposal, one of its revisions. What people do to them is in `actions.py`."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.policy.actors import actor_of
from desk.page import page, require_ever
from desk.proposals.headline import headline, steps
from desk.proposals.selectors import ProposalPage, current_revision, proposal_or_404, revision_or_404
from desk.proposals.status import proposals, summaries
from roadmaps.models import Proposal, Revision
from roadmaps.services.signatures import LONGEST_REASON

WHOLE: Final = "whole"  # the parameter that asks for the whole document beside the changes


@dataclass(frozen=True)
class ActionProblem:
    """Why an act was refused, in sentences; ``typed`` is the reason that was typed, which the form shows again."""

    sentences: tuple[str, ...]
    status: int
    typed: str = ""


@page
def proposal_list(request: HttpRequest) -> HttpResponse:
    """Every proposal that the person can see: its status, and whom it waits for."""
    actor = actor_of(request)
    require_ever(actor, "proposal.view")
    found = summaries(actor, proposals(actor).defer("content").order_by("road_map__reference", "-pk"))
    mine = [summary for summary in found if summary.waits_on(actor.person)]
    others = [summary for summary in found if summary.is_open and summary not in mine]
    closed = [summary for summary in found if not summary.is_open]
    context = {"title": _("Proposals"), "open": [*mine, *others], "closed": closed, "mine": len(mine)}
    return render(request, "proposals/proposals.html", context)


@page
def proposal(request: HttpRequest, reference: str) -> HttpResponse:
    """The proposal as it is now: the draft, the open revision, or the version in force."""
    record = proposal_or_404(actor_of(request), reference)
    return shown(request, record, current_revision(actor_of(request), record))


@page
def revision(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """One revision of a proposal, also when it is void."""
    record = proposal_or_404(actor_of(request), reference)
    return shown(request, record, revision_or_404(actor_of(request), record, number))


def shown(
    request: HttpRequest, record: Proposal, text: Revision | None, problem: ActionProblem | None = None
) -> HttpResponse:
    """Return the page of a proposal; after a refused act, with the problem at its top."""
    view = ProposalPage(actor_of(request), record, text, with_table=WHOLE in request.GET)
    strong, then = headline(view)
    context = {
        "view": view,
        "proposal": record,
        "revision": text,
        "summary": view.summary,
        "strong": strong,
        "then": then,
        "steps": steps(view),
        "problem": problem,
        "longest_reason": LONGEST_REASON,
    }
    return render(request, "proposals/proposal.html", context, status=problem.status if problem else 200)
