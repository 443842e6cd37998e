"""Correct what an email said that arrived, or may have arrived, after it had ceased to be true."""

from datetime import datetime

from django.utils import translation

from reminders.digest import readable
from reminders.models import Message, Notice, NoticeState
from reminders.reasons import what_changed


def correct(message: Message, *, now: datetime) -> set[int]:
    """Plan a correction for each of its notices that is no longer true; return the keys of these.

    What the person may no longer see is not mentioned, and a correction is not corrected: it says what was true when it
    was written, and reminders of a new deadline follow.
    """
    rows = list(message.notices.of_stages().filter(correction=None))
    milestones = readable(message.recipient, {row.subject_id for row in rows}, now)
    with translation.override(message.recipient.language):
        untrue = [row for row in rows if row.subject_id in milestones and what_changed(row, milestones[row.subject_id])]
    Notice.objects.bulk_create([_correction(row, now) for row in untrue], ignore_conflicts=True)
    return {row.pk for row in untrue}


def _correction(notice: Notice, now: datetime) -> Notice:
    return Notice(
        subject_kind=notice.subject_kind,
        subject_id=notice.subject_id,
        period=notice.period,
        stage_id=notice.stage_id,
        recipient_id=notice.recipient_id,
        organisation_id=notice.organisation_id,
        capacity=notice.capacity,
        anchor=notice.anchor,
        moment=now,
        state=NoticeState.WAITING,
        planned_at=now,
        corrects=notice,
    )
