"""What people do to a proposal: start, sign, withdraw a signature, refuse, publish, reopen, withdraw.

Which of these acts a proposal's status allows, to whom, and what each leads to: `roadmaps.proposal_status`.

Each act calls a service of `roadmaps`. A refusal becomes a sentence on the page, or the page that says who could do it.
A refused signature is an event of the audit, recorded after its transaction has rolled back.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.policy.actors import Actor, actor_of
from accounts.policy.questions import NotAllowed, in_capacity, require
from accounts.services import StaleEdit
from audit.services import record_event
from common.errors import CodedError, sentence
from common.sides import Layer
from desk.page import form_action, form_page, posted_version
from desk.proposals.problems import sentences
from desk.proposals.selectors import current_revision, proposal_or_404, revision_or_404
from desk.proposals.views import ActionProblem, shown
from desk.refusal import refused
from desk.roadmaps.selectors.drafts import road_maps
from desk.selectors import visible_or_404, visible_to
from roadmaps import services
from roadmaps.models import Proposal, ProposalState, Refusal, Revision, RoadMapVersion, Signature
from roadmaps.proposal_status import ProposalAct, permission
from roadmaps.services import IllegalMove, NotPublishable
from roadmaps.services.locking import facts_of, open_revision
from roadmaps.signing import CannotSign, challenge, moment, request_options

ASKED: Final = "asked-to-sign"  # in the session: when the browser asked to sign, by revision reference


act = form_action("desk:proposal")


@never_cache
@login_required
def signing_options(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Return what the passkey is asked to sign, fetched at the click; the time is stored for one signature.

    Whether the revision can still be signed is checked when the response is posted, so that the page shows why not.
    """
    actor, text = actor_of(request), _revision(request, reference, number)
    issued_at = moment(timezone.now())
    try:
        require(actor, "proposal.sign", text.proposal)
        if actor.person is None:
            raise NotAllowed("proposal.sign", text.proposal)
        wanted = challenge(
            content_hash=text.content_hash, revision=text.reference, side=actor.side, issued_at=issued_at
        )
        options = request_options(actor.person, wanted)
    except NotAllowed as error:
        return refused(request, error)
    except CannotSign as error:
        return JsonResponse({"refused": sentence(error)}, status=400)
    request.session[ASKED] = {text.reference: issued_at.isoformat()}
    return JsonResponse({"request_options": options})


@act
def sign_posted(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    text = _revision(request, reference, number)
    asked = request.session.pop(ASKED, {}).get(text.reference)

    def signed(actor: Actor) -> str:
        require(actor, "proposal.sign", text.proposal)
        if asked is None:
            raise CannotSign("signing.not_requested")
        services.sign(
            revision=text,
            issued_at=datetime.fromisoformat(asked),
            response=_json(request.POST.get("credential", "")),
            by=actor,
            now=timezone.now(),
        )
        if version := RoadMapVersion.objects.filter(revision=text).first():
            return _("You have signed. Both sides have signed: version %(n)d is in force.") % {"n": version.number}
        return _("You have signed. The proposal is waiting for the other side’s signature.")

    response, refusal = _attempt(request, text.proposal, number, signed)
    if refusal and not isinstance(refusal, NotAllowed):  # that one is recorded with its page
        actor = in_capacity(actor_of(request), "proposal.sign", text.proposal)
        record_event(
            kind="signature refused", act=actor.act, subject=text.reference, layer=actor.side, reason=str(refusal)
        )
    return response


def sign(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Sign for the own side: the browser fetches what to sign, then posts the passkey's response."""
    wants_options = request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    if request.method == "GET" and wants_options:
        return signing_options(request, reference, number)
    return sign_posted(request, reference, number)


@act
def withdraw_signature(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Withdraw the own side's signature."""
    text = _revision(request, reference, number)

    def withdrawn(actor: Actor) -> str:
        services.withdraw_signature(revision=text, by=actor, now=timezone.now())
        return _("Your signature is withdrawn. It stays on record as withdrawn.")

    return _attempt(request, text.proposal, number, withdrawn)[0]


@act
def refuse(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Refuse a revision, with a reason."""
    text, reason = _revision(request, reference, number), request.POST.get("reason", "")

    def refused_revision(actor: Actor) -> str:
        services.refuse(revision=text, reason=reason, by=actor, now=timezone.now())
        return _("Refused. Your reason is visible to the other side.")

    return _attempt(request, text.proposal, number, refused_revision, typed=reason)[0]


@act
def publish(request: HttpRequest, reference: str) -> HttpResponse:
    """Publish the draft, as the person has read it."""
    record = proposal_or_404(actor_of(request), reference)
    based_on = posted_version(request, "based_on")

    def published(actor: Actor) -> str:
        services.publish(proposal=record, by=actor, now=timezone.now(), based_on=based_on)
        return _("Published. The proposal is waiting for both signatures.")

    return _attempt(request, record, None, published)[0]


@act
def withdraw_proposal(request: HttpRequest, reference: str) -> HttpResponse:
    """Withdraw a proposal, for good."""
    record = proposal_or_404(actor_of(request), reference)

    def withdrawn(actor: Actor) -> str:
        services.withdraw_proposal(proposal=record, by=actor, now=timezone.now())
        return _("Withdrawn. Its text stays readable.")

    return _attempt(request, record, None, withdrawn)[0]


@form_page
def reopen(request: HttpRequest, reference: str) -> HttpResponse:
    """Reopen a published proposal for editing, after the person has read whose signatures this voids."""
    actor = actor_of(request)
    record = proposal_or_404(actor, reference)
    text = open_revision(record)
    require(actor, permission(ProposalAct.REOPEN, facts_of(record, text)), record)
    if record.state != ProposalState.PUBLISHED:
        return redirect("desk:proposal_edit" if record.is_open else "desk:proposal", reference)
    signatures = visible_to(actor, Signature.objects.filter(revision=text, withdrawn_at=None)).order_by("issued_at")
    if request.method != "POST":
        refusals = visible_to(actor, Refusal.objects.filter(revision=text)).order_by("refused_at")
        context = {"proposal": record, "revision": text, "signatures": signatures, "refusals": refusals}
        return render(request, "proposals/reopen.html", context)
    names = ", ".join(f"{signature.side} {signature.signer_name}" for signature in signatures)
    try:
        services.reopen_proposal(proposal=record, by=actor, now=timezone.now(), based_on=posted_version(request))
    except StaleEdit:
        messages.error(request, _("The proposal has changed since you opened this page. Nothing was reopened."))
        return redirect("desk:proposal_reopen", reference)
    except IllegalMove as refusal:
        messages.error(request, sentence(refusal))
        return redirect("desk:proposal", reference)
    if names:
        messages.success(request, _("Reopened for editing. These signatures are void: %(names)s.") % {"names": names})
    else:
        messages.success(request, _("Reopened for editing."))
    return redirect("desk:proposal_edit", reference)


@form_action("desk:roadmap")
def start(request: HttpRequest, reference: str) -> HttpResponse:
    """Start a proposal that reads as the version in force does, on the layer that was chosen."""
    actor = actor_of(request)
    record = visible_or_404(actor, road_maps(actor), reference=reference)
    layer = request.POST.get("layer", Layer.SHARED)
    try:
        author = services.author_of_draft(record, by=actor)
        started = services.start_proposal(road_map=record, layer=layer, author=author, by=actor)
    except IllegalMove as error:
        messages.error(request, sentence(error))
        return redirect("desk:roadmap", reference)
    messages.success(request, _("Started. It reads as the version in force does: edit its rows."))
    return redirect("desk:proposal_edit", started.reference)


def _attempt(
    request: HttpRequest, record: Proposal, number: int | None, do: Callable[[Actor], str], typed: str = ""
) -> tuple[HttpResponse, Exception | None]:
    """Return the response to an act, and the error that refused it, if there was one.

    A refusal shows the record as it is now, not as the person had it.
    """
    try:
        messages.success(request, do(actor_of(request)))
    except NotAllowed as error:
        return refused(request, error), error
    except (CodedError, StaleEdit) as error:
        status = 400 if isinstance(error, CannotSign | NotPublishable) else 409
        actor = actor_of(request)
        fresh = proposal_or_404(actor, record.reference)
        text = revision_or_404(actor, fresh, number) if number else current_revision(actor, fresh)
        return shown(request, fresh, text, ActionProblem(sentences(error, fresh), status, typed)), error
    record.refresh_from_db(fields=["number", "layer"])  # publishing a private draft gives it another reference
    return redirect("desk:proposal", record.reference), None


def _revision(request: HttpRequest, reference: str, number: int) -> Revision:
    """Raises: Http404."""
    actor = actor_of(request)
    record = proposal_or_404(actor, reference)
    text = revision_or_404(actor, record, number)
    text.proposal = record
    return text


def _json(written: str) -> object:
    """Return what was posted; None where it is not JSON."""
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        return None
