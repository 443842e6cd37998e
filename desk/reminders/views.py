"""Reminders: sent, upcoming, a dry run, delivery problems; and one email."""

from datetime import date, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.policy.actors import Actor, actor_of
from accounts.policy.questions import can
from common.days import read_day
from common.deadlines import printed_day
from common.errors import InvalidValue, sentence
from common.language import reader_language
from desk.page import page, require_ever
from desk.reminders.selectors.mail import MailPage
from desk.reminders.selectors.sent import SentPage, delivery_problems, figures
from desk.reminders.selectors.upcoming import on_day, upcoming
from desk.selectors import visible_or_404
from reminders.models import Message

FARTHEST: Final = timedelta(days=366)  # ahead of a dry run: the holidays of later years are guesses


@page
def reminders(request: HttpRequest) -> HttpResponse:
    """Show what was sent or waits, newest first; ``?road_map=RM-07``, ``?person=3``, ``?page=2``."""
    actor = _reader(request)
    asked = {name: request.GET.get(name, "") for name in ("road_map", "person")}
    found = SentPage(actor, **asked, number=request.GET.get("page", ""))
    return _shown(request, actor, "sent", {"page": found})


@page
def reminders_to_come(request: HttpRequest) -> HttpResponse:
    actor = _reader(request)
    return _shown(request, actor, "to_come", {"upcoming": upcoming(actor, timezone.now())})


@page
def reminders_dry_run(request: HttpRequest) -> HttpResponse:
    """Show what would be sent on ``?day=2026-12-01``."""
    actor = _reader(request)
    typed = request.GET.get("day", "")
    day, problem = _day(typed, actor.today) if typed else (None, "")
    context = {"typed": typed, "problem": problem, "run": on_day(actor, day, timezone.now()) if day else None}
    return _shown(request, actor, "dry_run", context, status=400 if problem else 200)


@page
def reminders_troubles(request: HttpRequest) -> HttpResponse:
    actor = _reader(request)
    context = {"rows": delivery_problems(actor, timezone.now()), "manages": can(actor, "membership.manage")}
    return _shown(request, actor, "troubles", context)


@page
def reminder_mail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one email, to its recipient and the auditors of their side."""
    actor = actor_of(request)
    message = visible_or_404(actor, Message.objects.select_related("recipient"), pk=str(pk))
    return render(request, "reminders/mail.html", {"page": MailPage(actor, message), "message": message})


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    require_ever(actor, "notice.view")
    return actor


def _shown(request: HttpRequest, actor: Actor, tab: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    shared = {"title": _("Reminders"), "tab": tab, "figures": figures(actor, timezone.now())}
    return render(request, f"reminders/{tab}.html", shared | context, status=status)


def _day(typed: str, today: date) -> tuple[date | None, str]:
    """Return the day, or None and the sentence that says what is wrong."""
    try:
        day = read_day(typed)
    except InvalidValue as error:
        return None, sentence(error)
    if today <= day <= today + FARTHEST:
        return day, ""
    words = {"first": printed_day(today, reader_language()), "last": printed_day(today + FARTHEST, reader_language())}
    return None, _("Choose a day from %(first)s to %(last)s.") % words
