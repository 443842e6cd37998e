"""Write the notices of what is due."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from reminders.due import Planned, current, due
from reminders.models import Notice, NoticeState, Subject
from reminders.moments import LOOKBACK, anchor_in
from roadmaps.models import Milestone

BATCH: Final = 500  # notices an INSERT

# waiting, and not in a message that a mail server may already have
UNSENT: Final = Q(state=NoticeState.WAITING) & (Q(message=None) | Q(message__handed_over_at=None))


def plan(*, now: datetime) -> int:
    """Bring the notices in line with what is due, and return how many were missing.

    1. Mark as outdated what was sent for a deadline that has moved: if it moves back, people are reminded again.
    2. Let wait again what was refused for an address that has been changed since.
    3. Mark as superseded what is waiting and has a newer stage.
    4. Write what is missing, the stages that already have a newer one as superseded.

    Safe to run twice at once: the unique key decides, rows are written in one order, and rows that another transaction
    has locked are left to the next run. It cancels nothing: sending checks each notice again.
    """
    planned = due(now)
    with transaction.atomic():
        _mark(Notice.objects.filter(pk__in=_moved(now)), outdated=True)
        _mark(_readdressed(now), state=NoticeState.WAITING, why="", message=None, tried_since=None)
        standing, waiting = current(now)
        overtaken = [waiting[one.key] for one in planned if one.superseded and one.key in waiting]
        _mark(Notice.objects.filter(pk__in=overtaken).filter(UNSENT), state=NoticeState.SUPERSEDED)
        missing = sorted((one for one in planned if one.key not in standing), key=lambda one: one.key)
        rows = [_notice(one, now) for one in missing]
        Notice.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    return len(missing)


def _moved(now: datetime) -> list[int]:
    """Return the sent notices whose deadline has moved, as far back as a stage could still become due again."""
    sent = Notice.objects.of_stages().filter(
        subject_kind=Subject.MILESTONE, state=NoticeState.SENT, outdated=False, moment__gt=now - 2 * LOOKBACK
    )
    unmoved = Milestone.objects.filter(pk=OuterRef("subject_id"), due_on=OuterRef("anchor"))
    asked = list(sent.exclude(Exists(unmoved)).values_list("pk", "subject_id", "period", "anchor"))
    milestones = Milestone.objects.in_bulk({subject for _pk, subject, _period, _anchor in asked})
    return [pk for pk, subject, period, anchor in asked if anchor_in(milestones[subject].deadline, period) != anchor]


def _readdressed(now: datetime) -> "QuerySet[Notice]":
    """Return what was refused or given up at an address that is no longer the person's."""
    refused = Notice.objects.filter(state=NoticeState.REFUSED, message__isnull=False, moment__gt=now - LOOKBACK)
    return refused.exclude(message__address=F("recipient__email"))


def _mark(rows: "QuerySet[Notice]", **columns: Any) -> None:
    """Update the rows that no other transaction has locked, in one order, so that two sweeps never deadlock."""
    keys = rows.select_for_update(skip_locked=True, of=("self",)).order_by("pk").values_list("pk", flat=True)
    Notice.objects.filter(pk__in=list(keys)).update(**columns)


def _notice(one: Planned, now: datetime) -> Notice:
    return Notice(
        subject_kind=one.subject_kind,
        subject_id=one.subject_id,
        period=one.period,
        stage_id=one.stage,
        recipient_id=one.recipient,
        organisation_id=one.organisation,
        capacity=one.capacity,
        anchor=one.anchor,
        moment=one.moment,
        state=NoticeState.SUPERSEDED if one.superseded else NoticeState.WAITING,
        planned_at=now,
    )
