"""How the editor answers: a whole page to a browser without script, the changed part of it to htmx."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget
from django_htmx.middleware import HtmxDetails

from desk.editor.selectors import EditorPage, EditorRow
from desk.editor.targets import UnknownTarget


class EditorRequest(HttpRequest):
    htmx: HtmxDetails


def whole_page(request: EditorRequest, page: EditorPage, *, said: str = "", status: int = 200) -> HttpResponse:
    return render(request, "editor/editor.html", _context(page, said=said), status=status)


def one_row(
    request: EditorRequest,
    page: EditorPage,
    row: EditorRow,
    *,
    others: list[EditorRow],
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    """Answer with one row, and with ``others`` that have changed with it, or are to be closed."""
    context = _context(page, row=row, others=others, said=said)
    return render(request, "editor/fragment.html", context, status=status)


def whole_table(request: EditorRequest, page: EditorPage, *, said: str, status: int = 200) -> HttpResponse:
    """Answer with all rows, where more than one has changed its place."""
    answer = render(request, "editor/fragment.html", _context(page, said=said, with_table=True), status=status)
    return reswap(retarget(answer, "#table"), "outerHTML")


def elsewhere(request: EditorRequest, name: str, reference: str, *, query: str = "") -> HttpResponse:
    """Go to another page of the proposal."""
    address = reverse(name, args=[reference]) + query
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _context(page: EditorPage, **more: Any) -> dict[str, Any]:
    # every row leads there
    return {"page": page, "address": reverse("desk:proposal_edit", args=[page.proposal.reference]), **more}


def closed_row(request: EditorRequest, page: EditorPage, opened: str) -> list[EditorRow]:
    """Return the row whose form is still open on the page, as it reads: only one is open at a time."""
    key = request.GET.get("open", "")
    try:
        return [page.row(key)] if key and key != opened else []
    except UnknownTarget:
        return []
