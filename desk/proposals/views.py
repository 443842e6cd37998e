"""The pages of proposals: the list, one as it stands, one of its revisions. The acts on them: `proposal_acts`."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.policy.actors import actor_of
from desk.page import page, require_ever
from desk.proposals.headline import answer, steps
from desk.proposals.selectors import ProposalPage, current_revision, proposal_or_404, revision_or_404
from desk.proposals.status import courses, proposals
from roadmaps.models import Proposal, Revision
from roadmaps.services.signatures import LONGEST_REASON

WHOLE: Final = "whole"  # asks for the document itself beside what changes in it


@dataclass(frozen=True)
class Problem:
    """Why an act was refused, as the page says it; ``typed`` is the reason of a refusal, which is not lost."""

    sentences: tuple[str, ...]
    status: int
    typed: str = ""


@page
def proposal_list(request: HttpRequest) -> HttpResponse:
    """Every proposal that shows to the person: where it stands, and whom it waits for."""
    actor = actor_of(request)
    require_ever(actor, "proposal.view")
    found = courses(actor, proposals(actor).defer("content").order_by("road_map__reference", "-number"))
    mine = [course for course in found if course.waits_on(actor.person)]
    others = [course for course in found if course.proposal.is_open and course not in mine]
    closed = [course for course in found if not course.proposal.is_open]
    context = {"title": _("Proposals"), "open": [*mine, *others], "closed": closed, "mine": len(mine)}
    return render(request, "proposals/proposals.html", context)


@page
def proposal(request: HttpRequest, reference: str) -> HttpResponse:
    """What would change if I sign? The text as it stands: being written, published, or in force."""
    record = proposal_or_404(actor_of(request), reference)
    return shown(request, record, current_revision(actor_of(request), record))


@page
def revision(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """One published text of a proposal, also after it is void."""
    record = proposal_or_404(actor_of(request), reference)
    return shown(request, record, revision_or_404(actor_of(request), record, number))


def shown(
    request: HttpRequest, record: Proposal, text: Revision | None, problem: Problem | None = None
) -> HttpResponse:
    """The page of a proposal, after an act that was refused with the problem at its top."""
    view = ProposalPage(actor_of(request), record, text, with_table=WHOLE in request.GET)
    strong, then = answer(view)
    context = {
        "view": view,
        "proposal": record,
        "revision": text,
        "course": view.course,
        "strong": strong,
        "then": then,
        "steps": steps(view),
        "problem": problem,
        "longest_reason": LONGEST_REASON,
    }
    return render(request, "proposals/proposal.html", context, status=problem.status if problem else 200)
