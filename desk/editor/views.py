"""The editor of a draft: the official table, one row of it open as a form.

Every address answers a page to a browser without script, and to htmx the part of the page that changes.
"""

from collections.abc import Callable
from functools import wraps
from typing import Final
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from accounts.policy.actors import Actor, actor_of
from accounts.policy.questions import require
from common.errors import sentence
from desk.editor.forms import ADD_EXECUTOR, RowForm, changed_executors
from desk.editor.responses import EditorRequest, answer, closed, elsewhere, gone
from desk.editor.saving import EditConflict, EditRefused, act_on_row, save_row
from desk.editor.selectors import EditorPage, EditorRow
from desk.editor.targets import RowTarget, UnknownTarget, Values, values_of
from desk.page import form_action, posted_version
from desk.proposals.selectors import proposal_or_404
from roadmaps.models import Proposal, ProposalState
from roadmaps.proposal_status import ProposalAct, permission
from roadmaps.services import IllegalMove
from roadmaps.services.locking import facts_of, open_revision

MOVES: Final = ("up", "down")


def editor_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Ask for a signed-in person, and answer for a row that is not there with the draft as it is now.

    A form that htmx sends after the session has ended stays on the page as it is.
    """

    @never_cache
    @wraps(view)
    def asked(request: EditorRequest, reference: str) -> HttpResponseBase:
        if request.htmx and not request.user.is_authenticated:
            return HttpResponse(status=401)
        answered: HttpResponseBase
        try:
            answered = login_required(view)(request, reference)
        except UnknownTarget:
            answered = gone(request, reference)
        # a row that opens is no page to go back to
        return push_url(answered, False) if request.htmx else answered

    return asked


@editor_view
@require_safe
def proposal_edit(request: EditorRequest, reference: str) -> HttpResponse:
    """Show the draft. ``?row=KEY`` opens that row; ``?at=KEY`` gives it the focus."""
    actor, proposal = _editable(request, reference)
    if not proposal.is_open:
        return closed(request, reference)
    if proposal.state == ProposalState.PUBLISHED:
        return elsewhere(request, "desk:proposal_reopen", reference)
    page = EditorPage(actor, proposal)
    key, at = request.GET.get("row", ""), request.GET.get("at", "")
    row = page.open(key, request.GET.get("focus", "")) if key else page.rows.get(at)
    if row is None and request.htmx:
        raise UnknownTarget(at)
    if row is None:
        return answer(request, page)
    if not key:
        row.focus = "edit"
    # only one row is open at a time: the one that is still open on the page is closed
    other = page.rows.get(request.GET.get("open", ""), row)
    return answer(request, page, row, *([other] if other is not row else []))


@editor_view
@form_action("desk:proposal_edit")
def row_save(request: EditorRequest, reference: str) -> HttpResponse:
    """Save one row; or show its form again: with its errors, with another executor, or with what others changed."""
    actor, proposal = _editable(request, reference)
    page = EditorPage(actor, proposal)
    target = page.target(request.POST.get("row", ""), request.POST.get("kind", ""))
    form, opened_on = page.form(target, data=request.POST), posted_version(request)
    if form.executors is not None and (button := request.POST.get("executors", "")):
        form = page.form(target, values=changed_executors(form.typed, button))
        return _form_again(request, page, target, form, button=button)
    if not form.is_valid():
        return _form_again(request, page, target, form)
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
    except EditConflict as conflict:
        return _conflict(request, EditorPage(actor, proposal_or_404(actor, reference)), target, form, conflict)
    return _saved(request, EditorPage(actor, proposal_or_404(actor, reference)), key, before=page.rows.get(key))


@editor_view
@form_action("desk:proposal_edit")
def row_act(request: EditorRequest, reference: str) -> HttpResponse:
    """Move, delete or restore a row, or renumber all: ``act`` is such as ``up:UID``."""
    actor, proposal = _editable(request, reference)
    if not proposal.is_open:
        return closed(request, reference)
    act, _colon, key = request.POST.get("act", "").partition(":")
    place, level = {"at": key or act}, messages.ERROR
    row = EditorPage(actor, proposal).row(key) if key else None
    uid = row.target.uid if row else None
    try:
        changed = act_on_row(proposal=proposal, act=act, uid=uid, opened_on=posted_version(request), by=actor)
    except EditRefused as refusal:
        said = str(refusal)
    except IllegalMove as refusal:
        said = sentence(refusal)
    else:
        said, level = _act_words(act, row, changed), messages.SUCCESS
        if act in MOVES:  # it stays open, for the next step
            place = {"row": key, "focus": act}
    if not request.htmx:
        messages.add_message(request, level, said)
        return elsewhere(request, "desk:proposal_edit", reference, query="?" + urlencode(place))
    page = EditorPage(actor, proposal_or_404(actor, reference))
    if "row" in place:
        page.open(key, act)
    elif key in page.rows:
        page.rows[key].focus = "edit"
    return answer(request, page, said=said, saved=(key or act) if level == messages.SUCCESS else "")


def _editable(request: HttpRequest, reference: str) -> tuple[Actor, Proposal]:
    """Return the proposal with whom it is edited by, where the table of statuses lets them; also one that is closed.

    Raises: Http404, NotAllowed.
    """
    actor = actor_of(request)
    proposal = proposal_or_404(actor, reference)
    require(actor, permission(ProposalAct.EDIT, facts_of(proposal, open_revision(proposal))), proposal)
    return actor, proposal


def _chosen(request: HttpRequest, page: EditorPage, target: RowTarget, values: Values, opened_on: int) -> Values:
    """Return the values with those of the other person, where both were shown and theirs were chosen."""
    stored = values_of(target, page.content, page.proposal.reason)
    if stored is None or opened_on != page.proposal.row_version:
        return values
    return {name: stored[name] if request.POST.get(f"keep-{name}") == "theirs" else values[name] for name in values}


def _form_again(
    request: EditorRequest, page: EditorPage, target: RowTarget, form: RowForm, *, button: str = "", status: int = 200
) -> HttpResponse:
    """Show what was typed: with its errors, or after a button of the executors."""
    row = page.open_with(target, form, version=posted_version(request))
    row.is_typed, said = True, ""
    if button == ADD_EXECUTOR:
        form.focus_last()
    elif button:
        row.focus = "add-executor"
    else:
        form.focus_first()
        count = form.error_count
        said = ngettext("Not saved: %(n)d error to fix.", "Not saved: %(n)d errors to fix.", count) % {"n": count}
    return answer(request, page, row, said=said, status=status)


def _conflict(
    request: EditorRequest, page: EditorPage, target: RowTarget, form: RowForm, conflict: EditConflict
) -> HttpResponse:
    """Show both texts. The next attempt is based on what the person has now seen."""
    if not conflict.is_deleted:
        form = page.form(target, values=conflict.values)
        form.show_theirs(page.both_changed(target, conflict))
    row = page.open_with(target, form, version=conflict.version or posted_version(request))
    row.conflict, row.is_typed = conflict, True
    said = _("Not saved: this row has changed meanwhile.")
    return answer(request, page, row, said=said, status=409)


def _saved(request: EditorRequest, page: EditorPage, key: str, *, before: EditorRow | None) -> HttpResponse:
    """Show the row; the whole table where the row is new or put back, or its number stands in other rows too."""
    row = page.row(key)
    row.focus, said = "edit", _("Saved: %(row)s.") % {"row": row.name}
    if not request.htmx:
        messages.success(request, said)
        return elsewhere(request, "desk:proposal_edit", page.proposal.reference, query="?" + urlencode({"at": key}))
    is_in_place = before is not None and not before.is_deleted and before.label == row.label
    return answer(request, page, *([row] if is_in_place else []), said=said, saved=key)


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
