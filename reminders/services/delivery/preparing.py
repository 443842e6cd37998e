"""Prepare a message: everything that is waiting for the person and still valid, rendered and stored before sending."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from reminders.digest import readable
from reminders.due import Key, due
from reminders.mail import message_id_of, render
from reminders.models import Message, MessageState, Notice, NoticeState
from reminders.reasons import what_changed, why_not
from reminders.services.delivery.corrections import correct
from roadmaps.models import Milestone

IN_DOUBT: Final = timedelta(hours=24)  # how long the same bytes are sent again


@dataclass(frozen=True)
class Ready:
    """A message with its bytes. ``again``: an earlier attempt may have succeeded."""

    message: Message
    again: bool


@transaction.atomic
def prepare(*, message_id: int, lease: UUID, now: datetime) -> Ready | None:
    """Return what is to be sent under this lease, or None; the rows then say why.

    - What the server may have: the same bytes, for a day.
    - What no server has: rendered anew, from what is true now and in the language that the person now has.
    """
    messages = Message.objects.select_for_update(of=("self",)).select_related("recipient")
    message = messages.filter(pk=message_id, lease=lease).first()
    if message is None:
        return None
    with translation.override(message.recipient.language):
        if message.handed_over_at:
            return _again(message, message.handed_over_at, now)
        return _anew(message, now)


def _again(message: Message, since: datetime, now: datetime) -> Ready | None:
    """Return the same bytes if they are less than a day old and the person may still see every milestone in them."""
    subjects = set(message.notices.values_list("subject_id", flat=True))
    if not subjects <= readable(message.recipient, subjects, now).keys():
        why = _("The recipient can no longer see everything in it.")
    elif since <= now - IN_DOUBT:
        why = _("The mail server has not confirmed it for a day.")
    else:
        return Ready(message, again=True)
    _unknown(message, why, now)
    return None


def _unknown(message: Message, error: str, now: datetime) -> None:
    """Close a message that may have arrived. What it said and is still true waits for a new message; the rest is
    corrected. Sending one twice is better than never.
    """
    waiting = message.notices.filter(state=NoticeState.WAITING)
    untrue = correct(message, now=now)
    waiting.filter(pk__in=untrue).update(state=NoticeState.CANCELLED, why=_("Corrected by a later email."))
    waiting.update(message=None)
    _close(message, MessageState.UNKNOWN, error)


def _anew(message: Message, now: datetime) -> Ready | None:
    found = (
        Notice.objects.waiting_for(message.recipient_id)
        .select_for_update(of=("self",))
        .select_related("stage", "organisation", "recipient", "corrects__message")
        .prefetch_related("organisation__names")
    )
    message.notices.update(message=None)  # only the message that is sent keeps its notices
    waiting = list(found.filter(message=None).order_by("pk"))  # without those in a message that a server may have
    milestones = readable(message.recipient, {notice.subject_id for notice in waiting}, now)
    kept = _judge(waiting, milestones, now)
    if not kept:
        _close(message, MessageState.CANCELLED)
        return None
    mail = render(message, kept, milestones, now=now)
    message.address = message.recipient.email
    message.message_id = message_id_of(message)
    message.subject, message.raw = mail.subject, mail.raw
    message.save(update_fields=["address", "message_id", "subject", "raw"])
    Notice.objects.filter(pk__in=[notice.pk for notice in kept]).update(message=message)
    return Ready(message, again=False)


def _judge(waiting: list[Notice], milestones: Mapping[int, Milestone], now: datetime) -> list[Notice]:
    """Return the notices that are still valid; cancel the others, each with the reason."""
    planned = {one.key: one.superseded for one in due(now, milestones={notice.subject_id for notice in waiting})}
    kept: list[Notice] = []
    for notice in waiting:
        milestone = milestones.get(notice.subject_id)
        superseded = planned.get(_key(notice))
        if notice.corrects_id:
            superseded = False if milestone and what_changed(notice, milestone) else None
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


def _key(notice: Notice) -> Key:
    kind, subject, period = notice.subject_kind, notice.subject_id, notice.period
    return (kind, subject, period, notice.stage_id, notice.recipient_id, notice.anchor)


def _close(message: Message, state: MessageState, error: str = "") -> None:
    message.state, message.error, message.lease, message.lease_until = state, error, None, None
    message.save(update_fields=["state", "error", "lease", "lease_until"])
