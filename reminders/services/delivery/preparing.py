"""Prepare a message: everything that is waiting for the person and still valid, rendered and stored before sending."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from common.deadlines import printed_day
from common.language import reader_language
from reminders.digest import readable
from reminders.due import Key, due
from reminders.mail import message_id_of, render
from reminders.models import Message, MessageState, Notice, NoticeState
from reminders.moments import LOOKBACK, anchor_in
from roadmaps.models import Milestone


@dataclass(frozen=True)
class Ready:
    """A message with its bytes. ``again``: an earlier attempt may have succeeded."""

    message: Message
    again: bool


@transaction.atomic
def prepare(*, message_id: int, lease: UUID, now: datetime) -> Ready | None:
    """Return what is to be sent under this lease, or None; the rows then say why.

    Once this has committed the server may have the message, and `handed_over_at` is set.
    """
    messages = Message.objects.select_for_update(of=("self",)).select_related("recipient")
    message = messages.filter(pk=message_id, lease=lease).first()
    if message is None:
        return None
    with translation.override(message.recipient.language):
        return _again(message, now) if message.handed_over_at else _anew(message, now)


def _again(message: Message, now: datetime) -> Ready | None:
    """Return the same bytes if the person may still see every milestone in them, otherwise None.

    The other notices in it then wait for a new message: sending one twice is better than never.
    """
    subjects = set(message.notices.values_list("subject_id", flat=True))
    if subjects <= readable(message.recipient, subjects, now).keys():
        return Ready(message, again=True)
    message.notices.filter(state=NoticeState.WAITING).update(message=None)
    _cancel(message, _("The recipient can no longer see everything in it."))
    return None


def _anew(message: Message, now: datetime) -> Ready | None:
    found = (
        Notice.objects.select_for_update(of=("self",))
        .select_related("stage", "organisation", "recipient")
        .prefetch_related("organisation__names")
    )
    message.notices.update(message=None)  # only the message that is sent keeps its notices
    waiting = list(found.filter(recipient=message.recipient_id, state=NoticeState.WAITING).order_by("pk"))
    milestones = readable(message.recipient, {notice.subject_id for notice in waiting}, now)
    kept = _judge(waiting, milestones, now)
    if not kept:
        _cancel(message)
        return None
    mail = render(message, kept, milestones, now=now)
    message.address = message.recipient.email
    message.message_id = message_id_of(message)
    message.subject, message.raw, message.handed_over_at = mail.subject, mail.raw, now
    message.save(update_fields=["address", "message_id", "subject", "raw", "handed_over_at"])
    Notice.objects.filter(pk__in=[notice.pk for notice in kept]).update(message=message)
    return Ready(message, again=False)


def _judge(waiting: list[Notice], milestones: Mapping[int, Milestone], now: datetime) -> list[Notice]:
    """Return the notices that are still valid; cancel the others, each with the reason."""
    planned = {one.key: one.superseded for one in due(now, milestones={notice.subject_id for notice in waiting})}
    kept: list[Notice] = []
    for notice in waiting:
        superseded = planned.get(_key(notice))
        milestone = milestones.get(notice.subject_id)
        if superseded is False and milestone:
            kept.append(notice)
            continue
        if superseded:
            notice.state = NoticeState.SUPERSEDED
        else:
            # still planned, so cancelled would be planned again at once: refused prevents that
            notice.state = NoticeState.CANCELLED if superseded is None else NoticeState.REFUSED
            notice.why = why_not(notice, milestone, now)
    dropped = [notice for notice in waiting if notice.state != NoticeState.WAITING]
    Notice.objects.bulk_update(dropped, ["state", "why"])
    return kept


def why_not(notice: Notice, milestone: Milestone | None, now: datetime) -> str:
    """Return why it is not sent. ``milestone`` is None if the person may not see it."""
    if milestone is None:
        return _("The recipient can no longer see the milestone.")
    if milestone.completed_on:
        return _("Done on %(day)s.") % {"day": printed_day(milestone.completed_on, reader_language())}
    if milestone.dropped_in_id:
        return _("The milestone is no longer in the road map.")
    deadline = anchor_in(milestone.deadline, notice.period)
    if deadline is None:
        return _("The deadline is to be agreed again.")
    if deadline != notice.anchor:
        return _("The deadline has moved to %(day)s.") % {"day": printed_day(deadline, reader_language())}
    if notice.moment <= now - LOOKBACK:
        return _("It waited for more than %(n)d days.") % {"n": LOOKBACK.days}
    return _("The membership, the seat or the organisation’s part has ended.")


def _key(notice: Notice) -> Key:
    kind, subject, period = notice.subject_kind, notice.subject_id, notice.period
    return (kind, subject, period, notice.stage_id, notice.recipient_id, notice.anchor)


def _cancel(message: Message, error: str = "") -> None:
    message.state, message.error, message.lease, message.lease_until = MessageState.CANCELLED, error, None, None
    message.save(update_fields=["state", "error", "lease", "lease_until"])
