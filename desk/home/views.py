from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.policy.actors import Actor, actor_of
from desk.areas.selectors import overview
from desk.home.selectors.account import abilities, my_areas, my_projects, whom_to_ask
from desk.home.selectors.todo import of_lead, open_proposals, todo, waiting
from desk.milestones.selectors.urgent import COUNTED, urgent
from desk.page import page

SHOWN: Final = 20  # milestones on the desk; the others are a page away
PAGE: Final = 100
_NUMBERS: Final = {str(number) for number in range(1, COUNTED // PAGE + 1)}


@page
def home(request: HttpRequest) -> HttpResponse:
    """Show my desk: what to do, the areas and projects of the person, and what the account may do."""
    actor = actor_of(request)
    if not actor.has_standing:
        return render(request, "home/no_standing.html", {"title": _("My desk"), "administrators": whom_to_ask(actor)})
    rows, mine, open_ones = overview(actor), my_projects(actor), open_proposals(actor)
    late = urgent(actor, most=SHOWN)
    context = {
        "title": _("My desk"),
        "memberships": actor.memberships,
        "seats": actor.seats,
        "abilities": abilities(actor, mine, rows),
        "areas": my_areas(actor, rows, mine),
        "projects": mine,
        "todo": todo(actor, open_ones, late),
        "late": late,
        "waiting": waiting(actor, open_ones),
        "first_day": _is_first_day(request, actor),
    }
    response = render(request, "home/home.html", context)
    if _cookie(actor) not in request.COOKIES:
        response.set_cookie(
            _cookie(actor),
            actor.today.isoformat(),
            max_age=2 * 365 * 24 * 3600,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return response


@page
def urgent_milestones(request: HttpRequest) -> HttpResponse:
    """Show all milestones of the person's organisation that need attention, a hundred a page; ``?page=2``."""
    actor = actor_of(request)
    asked = request.GET.get("page", "")
    number = int(asked) if asked in _NUMBERS else 1
    late = urgent(actor, first=(number - 1) * PAGE, most=PAGE)
    context = {
        "title": _("Milestones that need your attention"),
        "tasks": [of_lead(entry) for entry in late.entries],
        "late": late,
        "number": number,
    }
    return render(request, "home/urgent.html", context)


def _is_first_day(request: HttpRequest, actor: Actor) -> bool:
    """Return whether the person first opened the desk today in this browser: then it shows an introduction."""
    today = actor.today.isoformat()
    return request.COOKIES.get(_cookie(actor), today) == today


def _cookie(actor: Actor) -> str:
    return f"desk-since-{actor.person.pk if actor.person else 0}"
