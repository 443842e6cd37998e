"""How the editor answers: a whole page to a browser without script, the changed part of it to htmx."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget
from django_htmx.middleware import HtmxDetails

from desk.editor.selectors import EditorPage, EditorRow


class EditorRequest(HttpRequest):
    htmx: HtmxDetails


def answer(
    request: EditorRequest, page: EditorPage, *rows: EditorRow, said: str = "", saved: str = "", status: int = 200
) -> HttpResponse:
    """Answer with the rows that have changed, the first being the one that asked; without any, with the table.

    ``saved`` is the key of what was saved: the same form, submitted again, leads there (`AnswerResubmission`).
    """
    # every row leads there
    address = reverse("desk:proposal_edit", args=[page.proposal.reference])
    context = {"page": page, "address": address, "rows": rows, "said": said}
    if not request.htmx:
        return render(request, "editor/editor.html", context, status=status)
    answered = render(request, "editor/fragment.html", context, status=status)
    if saved:
        answered["Content-Location"] = f"{address}?at={saved}"
    return answered if rows else reswap(retarget(answered, "#table"), "outerHTML")


def elsewhere(request: EditorRequest, name: str, reference: str, *, query: str = "") -> HttpResponse:
    """Go to another page of the proposal."""
    address = reverse(name, args=[reference]) + query
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def closed(request: EditorRequest, reference: str) -> HttpResponse:
    messages.warning(request, _("This proposal is closed: start a new one from the road map."))
    return elsewhere(request, "desk:proposal", reference)


def gone(request: EditorRequest, reference: str) -> HttpResponse:
    messages.warning(request, _("This row is not in the draft, or no longer: here is the draft as it is now."))
    return elsewhere(request, "desk:proposal_edit", reference)
