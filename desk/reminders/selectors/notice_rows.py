"""Notices as the pages print them: one row for all that one person is told at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from email.parser import BytesHeaderParser
from typing import Any, Final

from django.db.models import BinaryField, Prefetch, QuerySet
from django.db.models.functions import Substr
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policy.actors import Actor
from common.deadlines import printed_day
from common.language import OWN_NAMES, reader_language
from common.sides import TIME_ZONES, Side, day_of
from desk.selectors import organisations, visible_to
from reminders.digest import CAPACITIES
from reminders.models import Message, Notice, NoticeState, Subject
from roadmaps.models import Milestone

HEADERS: Final = 4096  # bytes of a mail that hold them


@dataclass(frozen=True)
class NoticeItem:
    """One notice; ``milestone`` is None where the reader may not see it: then nothing about it is shown.

    ``elsewhere``: the other side's day for the same, where it is another one.
    """

    notice: Notice
    milestone: Milestone | None
    elsewhere: date | None = None

    @property
    def reference(self) -> str:
        """RM-03 1.2"""
        return f"{self.milestone.road_map.reference} {self.milestone.label}" if self.milestone else ""

    @property
    def reason(self) -> tuple[int, str, int | None]:
        """The key of notices that print the same reason."""
        return self.notice.stage_id, self.notice.capacity, self.notice.organisation_id

    @property
    def capacity(self) -> str:
        return str(CAPACITIES.get(self.notice.capacity, self.notice.capacity))

    @property
    def note(self) -> str:
        """Why it was not sent, or no longer counts."""
        match self.notice.state:
            case NoticeState.REFUSED:
                return self.notice.why
            case NoticeState.SUPERSEDED:
                return capfirst(str(NoticeState.SUPERSEDED.label))
            case NoticeState.CANCELLED if self.milestone:
                return self.notice.why
            case NoticeState.SENT if self.milestone and self.notice.corrects_id:
                return _("A correction of an earlier email.")
            case NoticeState.SENT if self.milestone and self.notice.outdated:
                return _("The deadline has moved since.")
            case _:
                return ""


@dataclass(frozen=True)
class NoticeRow:
    """All that one person was told at once, is to be told, or was not told: of one message or morning, in one state.

    ``message`` is None where there is none, or it is not the reader's: it may hold notices of other organisations.
    """

    items: tuple[NoticeItem, ...]

    @property
    def first(self) -> Notice:
        return self.items[0].notice

    @property
    def recipient(self) -> User:
        return self.first.recipient

    @property
    def message(self) -> Message | None:
        return self.first.message

    @property
    def at(self) -> datetime:
        """When it was sent, or else when it was due."""
        return (self.message.sent_at if self.message else None) or self.first.moment

    @property
    def day(self) -> date:
        return day_of(self.recipient.side, self.at)

    @property
    def when(self) -> str:
        return local(self.at, self.recipient.side)

    @property
    def reasons(self) -> list[NoticeItem]:
        """One item for each reason."""
        return list({item.reason: item for item in reversed(self.items)}.values())[::-1]

    @property
    def country(self) -> str:
        return str(Side(self.recipient.side).label)

    @property
    def language(self) -> str:
        """The language of the email, or the person's where it is not written yet."""
        head = getattr(self.message, "head", None) if self.message else None
        code = BytesHeaderParser().parsebytes(bytes(head))["Content-Language"] if head else self.recipient.language
        return OWN_NAMES.get(code, code)

    @property
    def status(self) -> tuple[str, str]:
        """A shape of components.css and a word."""
        return {
            NoticeState.WAITING: ("pending", _("Waiting")),
            NoticeState.SENT: ("done", _("Sent")),
            NoticeState.SUPERSEDED: ("void", _("Superseded")),
            NoticeState.CANCELLED: ("void", _("No longer applies")),
            NoticeState.REFUSED: ("overdue", _("Refused")),
        }[NoticeState(self.first.state)]

    @property
    def notes(self) -> list[str]:
        found = [item.note for item in self.items if item.note]
        return self._waiting if self.first.state == NoticeState.WAITING else list(dict.fromkeys(found))

    @property
    def _waiting(self) -> list[str]:
        """Since when it waits, the reply of the mail server, and the next attempt."""
        side = self.recipient.side
        said = [_("Since %(moment)s.") % {"moment": local(self.first.planned_at, side)}]
        if self.first.why:
            said.append(self.first.why)
        if self.message and self.message.next_attempt_at:
            said.append(_("Next attempt: %(moment)s.") % {"moment": local(self.message.next_attempt_at, side)})
        return said


def local(at: datetime, side: str) -> str:
    """2 December 2026, 09:00 in Tashkent"""
    words = {
        "day": printed_day(day_of(side, at), reader_language()),
        "hour": f"{at.astimezone(TIME_ZONES[side]):%H:%M}",
    }
    if side == Side.UZ:
        return _("%(day)s, %(hour)s in Tashkent") % words
    return _("%(day)s, %(hour)s in Seoul") % words


def notices(actor: Actor) -> QuerySet[Notice, Any]:
    """Return the notices that the actor may see, without the bytes of the emails."""
    head = Substr("raw", 1, HEADERS, output_field=BinaryField())
    messages = visible_to(actor, Message.objects.annotate(head=head).defer("raw"))
    rows = visible_to(actor, Notice.objects.select_related("stage", "recipient"))
    return rows.prefetch_related(Prefetch("organisation", organisations(actor)), Prefetch("message", messages))


def notice_rows(actor: Actor, found: Iterable[Notice], elsewhere: "dict[Any, date] | None" = None) -> list[NoticeRow]:
    """Return one row for each message, or for each morning where there is no message yet, in their order.

    ``elsewhere``: by stage and deadline, the other side's day where it is another one.
    """
    rows = list(found)
    subjects = {row.subject_id for row in rows if row.subject_kind == Subject.MILESTONE}
    known = visible_to(actor, Milestone.objects.select_related("measure", "road_map")).in_bulk(subjects)
    groups: dict[tuple[Any, ...], list[NoticeItem]] = {}
    for row in rows:
        at = (row.message_id, None) if row.message_id else (None, row.moment)
        other = (elsewhere or {}).get((row.stage_id, row.anchor))
        item = NoticeItem(row, known.get(row.subject_id), other)
        groups.setdefault((row.recipient_id, at, row.state), []).append(item)
    return [NoticeRow(tuple(sorted(items, key=_place))) for items in groups.values()]


def _place(item: NoticeItem) -> tuple[str, int, int]:
    """Return the sorting key: by road map and number, hidden milestones first."""
    row = item.milestone
    return (row.road_map.reference, row.measure.number, row.number) if row else ("", 0, 0)
