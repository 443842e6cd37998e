"""A proposal corrected in place, in the official table; and the start of a new one."""

from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Organisation, Seat
from accounts.policy.actors import Actor, actor_of
from accounts.policy.questions import in_capacity
from common.sides import Layer
from desk.editor.boxes import Maker
from desk.editor.editing import Editing
from desk.editor.marks import Marks
from desk.editor.page import LABELS, Context, Table, rows_by_uid, sentences
from desk.editor.posted import TooManyRows
from desk.editor.sheet import MOST_ROWS
from desk.proposals.selectors import proposal_or_404
from desk.roadmaps.selectors.drafts import road_maps
from desk.selectors import visible_or_404
from roadmaps.models import RoadMap, Signature
from roadmaps.services import IllegalMove, start_proposal

SAVES: Final = ("save", "save-read")


@never_cache
@login_required
@csrf_exempt
def proposal_edit(request: HttpRequest, reference: str) -> HttpResponse:
    """What is typed stays typed, whatever button is pressed; only the two that save store it.

    The check against forged forms comes second, because it reads the form: one that is too large is told so in a
    sentence first. Nothing is done before both.
    """
    try:
        len(request.POST)
    except (TooManyFieldsSent, RequestDataTooBig):
        return _too_large(request)
    return _edited(request, reference)


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def _edited(request: HttpRequest, reference: str) -> HttpResponse:
    actor = actor_of(request)
    editing = Editing(actor, proposal_or_404(actor, reference))
    if request.method != "POST":
        if not editing.proposal.is_open:
            messages.warning(request, _("This proposal is closed: start a new one from the road map."))
            return redirect("desk:proposal", reference)
        editing.begin(request.GET.getlist("open"))
        return _page(request, editing)
    try:
        editing.resume(request.POST)
    except TooManyRows:
        return _too_large(request)
    act = request.POST.get("act", "")
    if act in SAVES:
        voided = editing.save(timezone.now())
    else:
        voided = None
        editing.act(act)
    if voided is None:
        return _page(request, editing)
    messages.success(request, _saved(voided))
    return redirect("desk:proposal" if act == "save-read" else "desk:proposal_edit", reference)


def _saved(voided: list[Signature]) -> str:
    if not voided:
        return _("Saved.")
    names = ", ".join(f"{key.side} {key.signer_name}" for key in voided)
    said = ngettext(
        "Saved. The key of %(names)s is void: publish the proposal anew, and it is signed again.",
        "Saved. The keys of %(names)s are void: publish the proposal anew, and it is signed again.",
        len(voided),
    )
    return said % {"names": names}


def _page(request: HttpRequest, editing: Editing) -> HttpResponse:
    editing.fold()
    reading, warnings = editing.reading, editing.warnings
    context = Context(
        road_map=editing.road_map.reference,
        known=editing.known,
        content=rows_by_uid(reading.content),
        bodies=editing.organisations,
        lists=editing.lists,
        errors=sentences(editing.faults),
        warnings=sentences(warnings),
        marks=Marks(editing.actor, editing.agreed, reading.content, reading.unread),
        focus=editing.focus,
    )
    table = Table(editing.sheet, context)
    head = Maker(None, "", context.lists, context.errors, context.warnings)
    clashes = editing.conflict.clashes if editing.conflict else ()
    shown = {
        "editing": editing,
        "proposal": editing.proposal,
        "table": table,
        "marks": context.marks,
        "head_marks": context.marks.of(None),
        "texts": [head.text(editing.sheet.head, name, str(LABELS[name])) for name in ("reason", "note")],
        "errors": table.summary(editing.faults),
        "warnings": table.summary(warnings),
        "clashes": [(clash, table.name(clash.line.uid) if clash.line else "") for clash in clashes],
        "labels": LABELS,
    }
    return render(request, "editor/editor.html", shown, status=409 if editing.conflict else 200)


def _too_large(request: HttpRequest) -> HttpResponse:
    return render(request, "editor/too_large.html", {"most": MOST_ROWS}, status=413)


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
        messages.error(request, str(error))
        return redirect("desk:roadmap", reference)
    messages.success(request, _("Started: it reads as the version in force does. Correct the table, then save."))
    return redirect("desk:proposal_edit", started.reference)


def _author(actor: Actor, road_map: RoadMap) -> Organisation | None:
    """Return whom a draft is written for: a secretary's for the side's lead, all others' for their organisation."""
    capacity = in_capacity(actor, "proposal.draft", road_map).capacity
    if isinstance(capacity, Seat):
        return road_map.group.lead(actor.side)
    return capacity.organisation if capacity else None
