from collections import defaultdict

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.policy.actors import actor_of
from desk.decisions.selectors import DecisionRow, decision_rows
from desk.page import page
from desk.programme.selectors import figures
from desk.selectors import groups, visible_or_404
from programme.models import Decision, Meeting


@page
def meeting(request: HttpRequest, code: str) -> HttpResponse:
    """Show the decisions of a meeting with their measures and projects, and its record by paragraphs."""
    actor = actor_of(request)
    meetings = Meeting.objects.prefetch_related(Prefetch("group", groups(actor)))
    record = visible_or_404(actor, meetings, code=code)
    rows = decision_rows(actor, Decision.objects.filter(meeting=record).order_by("paragraph", "code"))
    from_paragraph: dict[int, list[DecisionRow]] = defaultdict(list)
    for row in rows:
        from_paragraph[row.decision.paragraph].append(row)
    context = {
        "title": str(record.title),
        "meeting": record,
        "decisions": rows,
        "to_carry_out": sum(1 for row in rows if row.decision.to_carry_out),
        "figures": figures(actor, record),
        "paragraphs": [
            (number, text, from_paragraph.get(number, [])) for number, text in enumerate(record.paragraphs, start=1)
        ],
    }
    return render(request, "meetings/meeting.html", context)
