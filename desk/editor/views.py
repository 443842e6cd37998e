"""The editor of a draft: the official table, one row of it open as a form; and the start of a new proposal.

Every address answers a page to a browser without script, and to htmx the part of the page that changes.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import push_url

from accounts.models import Organisation, Seat
from accounts.policy.actors import Actor, actor_of
from accounts.policy.questions import in_capacity, require
from accounts.services import StaleEdit
from common.errors import sentence
from common.sides import Layer
from desk.editor.conflict import conflict_notice, show_theirs
from desk.editor.forms import ADD_EXECUTOR, RowForm, changed_executors
from desk.editor.responses import EditorRequest, closed_row, elsewhere, one_row, whole_page, whole_table
from desk.editor.saving import EditConflict, EditRefused, RowDeleted, act_on_row, save_row
from desk.editor.selectors import EditorPage, EditorRow
from desk.editor.targets import RowTarget, UnknownTarget, Values, posted_target, target_of, values_of
from desk.proposals.selectors import proposal_or_404
from desk.roadmaps.selectors.drafts import road_maps
from desk.selectors import visible_or_404, visible_to
from roadmaps.document.fields import RowKind
from roadmaps.models import Proposal, ProposalState, Refusal, RoadMap, Signature
from roadmaps.services import IllegalMove, reopen_proposal, start_proposal
from roadmaps.services.locking import open_revision

MOVES: Final = ("up", "down")


def editor_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Ask for a signed-in person. A form that htmx sends after the session has ended stays on the page as it is."""

    @never_cache
    @wraps(view)
    def asked(request: EditorRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.htmx and not request.user.is_authenticated:
            return HttpResponse(status=401)
        answer = login_required(view)(request, *args, **kwargs)
        # a row that opens is no page to go back to
        return push_url(answer, False) if request.htmx else answer

    return asked


@editor_view
@require_safe
def proposal_edit(request: EditorRequest, reference: str) -> HttpResponse:
    """Show the draft. ``?row=KEY`` opens that row; ``?at=KEY`` gives it the focus."""
    actor, proposal = _editable(request, reference)
    if not proposal.is_open:
        return _closed(request, reference)
    if proposal.state == ProposalState.PUBLISHED:
        return elsewhere(request, "desk:proposal_reopen", reference)
    page = EditorPage(actor, proposal)
    key, at = request.GET.get("row", ""), request.GET.get("at", "")
    page.focus = (key, request.GET.get("focus", "")) if key else (at, "edit")
    try:
        row = page.open(key) if key else page.row(at) if request.htmx and at else None
    except UnknownTarget:
        return _gone(request, reference)
    if request.htmx and row:
        return one_row(request, page, row, others=closed_row(request, page, row.key))
    return whole_page(request, page)


@editor_view
@require_POST
def row_save(request: EditorRequest, reference: str) -> HttpResponse:
    """Save one row; or show its form again: with its errors, with another executor, or with what others changed."""
    actor, proposal = _editable(request, reference)
    page = EditorPage(actor, proposal)
    try:
        target = posted_target(request.POST.get("row", ""), request.POST.get("kind", ""), page.content)
    except UnknownTarget:
        return _gone(request, reference)
    form = page.form(target, data=request.POST)
    if button := request.POST.get("executors", ""):
        return _form_again(
            request, page, target, page.form(target, values=changed_executors(form.typed_values, button))
        )
    if not form.is_valid():
        return _form_again(request, page, target, form)
    opened_on = _version(request)
    try:
        key = save_row(
            proposal=proposal,
            target=target,
            values=_chosen(request, page, target, form.values, opened_on),
            opened_on=opened_on,
            by=actor,
            restore="restore" in request.POST,
        )
    except EditRefused as refusal:
        for field, words in refusal.errors:
            form.refuse(field, words)
        return _form_again(request, page, target, form)
    except IllegalMove as refusal:
        form.refuse("", sentence(refusal))
        return _form_again(request, page, target, form, status=409)
    except (EditConflict, RowDeleted) as conflict:
        return _conflict(request, EditorPage(actor, proposal_or_404(actor, reference)), target, form, conflict)
    return _saved(request, EditorPage(actor, proposal_or_404(actor, reference)), target, key, before=page)


@editor_view
@require_POST
def row_act(request: EditorRequest, reference: str) -> HttpResponse:
    """Move, delete or restore a row, or renumber all: ``act`` is such as ``up:UID``."""
    actor, proposal = _editable(request, reference)
    if not proposal.is_open:
        return _closed(request, reference)
    page = EditorPage(actor, proposal)
    act, _colon, key = request.POST.get("act", "").partition(":")
    try:
        row = page.row(key) if key else None
        target = target_of(key, page.shown) if key else None
        uid = target.uid if target else None
        changed = act_on_row(proposal=proposal, act=act, uid=uid, opened_on=_version(request), by=actor)
    except UnknownTarget:
        return _gone(request, reference)
    except EditRefused as refusal:
        words = " ".join(words for _field, words in refusal.errors)
        return _acted(request, actor, reference, {"at": key}, words, messages.ERROR)
    except IllegalMove as refusal:
        return _acted(request, actor, reference, {"at": key}, sentence(refusal), messages.ERROR)
    place = {"row": key, "focus": act} if act in MOVES else {"at": key or act}
    return _acted(request, actor, reference, place, _act_words(act, row, changed), messages.SUCCESS)


@editor_view
@require_http_methods(["GET", "HEAD", "POST"])
def proposal_reopen(request: EditorRequest, reference: str) -> HttpResponse:
    """Reopen a published proposal for editing, after the person has read whose signatures this voids."""
    actor, proposal = _editable(request, reference)
    if proposal.state != ProposalState.PUBLISHED:
        return redirect("desk:proposal_edit" if proposal.is_open else "desk:proposal", reference)
    revision = open_revision(proposal)
    signatures = visible_to(actor, Signature.objects.filter(revision=revision, withdrawn_at=None)).order_by("issued_at")
    if request.method != "POST":
        refusals = visible_to(actor, Refusal.objects.filter(revision=revision)).order_by("refused_at")
        context = {"proposal": proposal, "revision": revision, "signatures": signatures, "refusals": refusals}
        return render(request, "editor/reopen.html", context)
    names = ", ".join(f"{signature.side} {signature.signer_name}" for signature in signatures)
    try:
        reopen_proposal(proposal=proposal, by=actor, now=timezone.now(), based_on=_version(request))
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


@never_cache
@login_required
@require_POST
def propose(request: HttpRequest, reference: str) -> HttpResponse:
    """Start a proposal that reads as the version in force does, on the layer that was chosen."""
    actor = actor_of(request)
    record = visible_or_404(actor, road_maps(actor), reference=reference)
    layer = request.POST.get("layer", Layer.SHARED)
    try:
        started = start_proposal(road_map=record, layer=layer, author=_author(actor, record), by=actor)
    except IllegalMove as error:
        messages.error(request, sentence(error))
        return redirect("desk:roadmap", reference)
    messages.success(request, _("Started. It reads as the version in force does: edit its rows."))
    return redirect("desk:proposal_edit", started.reference)


def _author(actor: Actor, road_map: RoadMap) -> Organisation | None:
    """Return whom a draft is written for: a secretary's for the side's lead, all others' for their organisation."""
    capacity = in_capacity(actor, "proposal.draft", road_map).capacity
    if isinstance(capacity, Seat):
        return road_map.group.lead(actor.side)
    return capacity.organisation if capacity else None


# ---------- What was asked ----------


def _editable(request: HttpRequest, reference: str) -> tuple[Actor, Proposal]:
    """Raises: Http404, NotAllowed."""
    actor = actor_of(request)
    proposal = proposal_or_404(actor, reference)
    require(actor, "proposal.draft" if proposal.state == ProposalState.DRAFT else "proposal.publish", proposal)
    return actor, proposal


def _version(request: HttpRequest) -> int:
    """Return the ``row_version`` on which the page was opened; 0, which is none, for anything else."""
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


def _chosen(request: HttpRequest, page: EditorPage, target: RowTarget, values: Values, opened_on: int) -> Values:
    """Return the values with those of the other person, where both were shown and theirs were chosen."""
    stored = values_of(target, page.content, page.proposal.reason)
    if stored is None or opened_on != page.proposal.row_version:
        return values
    return {name: stored[name] if request.POST.get(f"keep-{name}") == "theirs" else values[name] for name in values}


# ---------- What is answered ----------


def _closed(request: EditorRequest, reference: str) -> HttpResponse:
    messages.warning(request, _("This proposal is closed: start a new one from the road map."))
    return elsewhere(request, "desk:proposal", reference)


def _gone(request: EditorRequest, reference: str) -> HttpResponse:
    messages.warning(request, _("This row is not in the draft, or no longer: here is the draft as it is now."))
    return elsewhere(request, "desk:proposal_edit", reference)


def _form_again(
    request: EditorRequest, page: EditorPage, target: RowTarget, form: RowForm, *, status: int = 200
) -> HttpResponse:
    row = page.open_target(target, form, version=_version(request))
    row.is_typed = True
    button = request.POST.get("executors", "")
    said = ""
    if button == ADD_EXECUTOR:
        form.focus_last()
    elif button:
        row.focus = "add-executor"
    else:
        form.focus_first()
        count = form.error_count
        said = ngettext("Not saved: %(n)d error to fix.", "Not saved: %(n)d errors to fix.", count) % {"n": count}
    if request.htmx:
        return one_row(request, page, row, others=[], said=said, status=status)
    return whole_page(request, page, said=said, status=status)


def _conflict(
    request: EditorRequest, page: EditorPage, target: RowTarget, form: RowForm, conflict: EditConflict | RowDeleted
) -> HttpResponse:
    """Show both texts. The next attempt is based on what the person has now seen."""
    version = _version(request)
    if isinstance(conflict, EditConflict):
        form, version = page.form(target, values=conflict.values), conflict.version
        show_theirs(form, page, target, conflict)
    row = page.open_target(target, form, version=version)
    row.conflict, row.is_typed = conflict_notice(conflict), True
    said = _("Not saved: this row has been changed by somebody else meanwhile.")
    if request.htmx:
        return one_row(request, page, row, others=[], said=said, status=409)
    return whole_page(request, page, said=said, status=409)


def _saved(
    request: EditorRequest, page: EditorPage, target: RowTarget, key: str, *, before: EditorPage
) -> HttpResponse:
    page.focus = (key, "edit")
    row = page.row(key)
    said = _("Saved: %(row)s.") % {"row": row.name}
    if not request.htmx:
        messages.success(request, said)
        return elsewhere(request, "desk:proposal_edit", page.proposal.reference, query="?" + urlencode({"at": key}))
    if target.is_new or "restore" in request.POST:
        return whole_table(request, page, said=said)
    # a measure's number stands in the numbers of its milestones too
    renumbered = target.kind == RowKind.MEASURE and before.row(key).label != row.label
    return one_row(request, page, row, others=page.rows_below(row) if renumbered else [], said=said)


def _acted(
    request: EditorRequest, actor: Actor, reference: str, place: dict[str, str], said: str, level: int
) -> HttpResponse:
    """Show the table after an act. ``place`` is where the person goes on: a row that is open, or has the focus."""
    if not request.htmx:
        messages.add_message(request, level, said)
        return elsewhere(request, "desk:proposal_edit", reference, query="?" + urlencode(place))
    page = EditorPage(actor, proposal_or_404(actor, reference))
    if "row" in place:
        page.focus = (place["row"], place["focus"])
        page.open(place["row"])
    else:
        page.focus = (place["at"], "edit")
    return whole_table(request, page, said=said)


def _act_words(act: str, row: EditorRow | None, changed: bool) -> str:
    if not changed:
        return _("Nothing changed: the rows stand in this order already.")
    words = {
        "up": _("Moved up: %(row)s."),
        "down": _("Moved down: %(row)s."),
        "delete": _("Deleted: %(row)s."),
        "restore": _("Restored: %(row)s."),
        "renumber": _("Rows renumbered."),
    }
    return words[act] % {"row": row.name if row else ""}
