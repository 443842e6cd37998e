from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.policy.actors import actor_of
from common.errors import InvalidValue, sentence
from common.text import fold, search_words
from desk.navigation import navigation
from desk.page import page
from desk.search.selectors import LONGEST, find


@page
def search(request: HttpRequest) -> HttpResponse:
    """Show the visible records that match the query, in any of the four languages."""
    query = request.GET.get("q", "")
    context = {"title": _("Search"), "query": query, "longest": LONGEST}
    if len(query) > LONGEST:
        context |= {"query": query[:LONGEST], "problem": _too_long(len(query))}
        return render(request, "search/search.html", context)
    try:
        words = search_words(query)
    except InvalidValue as error:
        context |= {"query": "", "problem": sentence(error)}
        return render(request, "search/search.html", context)
    if words:
        actor = actor_of(request)
        pages = [item for group in navigation(actor, "") for item in group.items if words in fold(item.text)]
        found = find(actor, words)
        context |= {"pages": pages, "found": found, "count": sum(kind.count for kind in found)}
        context["again"] = urlencode({"q": query})
    return render(request, "search/search.html", context | {"asked": bool(words)})


def _too_long(length: int) -> str:
    words = _("Search for at most %(most)d characters; this has %(length)d.")
    return words % {"most": LONGEST, "length": length}
