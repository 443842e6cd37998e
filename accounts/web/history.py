"""The history of a record as a person reads it: who, for whom, when, through which door, why, before and after."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.policy.actors import Actor
from accounts.services.records import audited_fields
from audit.models import Audited
from common.sides import Layer
from common.text import MARKS, Text

KINDS = {"+": gettext_lazy("added"), "~": gettext_lazy("changed"), "-": gettext_lazy("deleted")}
DOOR_WORDS = {
    "admin": gettext_lazy("form"),
    "api": gettext_lazy("api"),
    "task": gettext_lazy("task"),
    "command": gettext_lazy("command"),
}


@dataclass(frozen=True)
class Entry:
    """One change of a record. ``changes`` are (label, before, after) in words."""

    at: datetime
    who: str
    organisation: str
    side: str
    door: str
    reason: str
    kind: str
    changes: tuple[tuple[str, str, str], ...]


def in_words(field: "models.Field[Any, Any]", value: Any) -> str:
    """One column's value for a person: every language of a text, the name of a related record."""
    if value is None or value == "":
        return "–"
    if isinstance(value, Text):
        entries = value.entries
        return entries[0][1] if len(entries) == 1 else "; ".join(f"{MARKS[lang]} {text}" for lang, text in entries)
    if isinstance(field, models.ForeignKey):
        related = field.related_model._default_manager.filter(pk=value).first()
        return str(related) if related else str(value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        return date_format(value)
    return str(value)


def rows_of(record: Audited) -> "models.QuerySet[Any]":
    """The history rows of one record, newest first."""
    rows: models.QuerySet[Any] = type(record).history.filter(**{type(record)._meta.pk.name: record.pk})
    return rows.order_by("-history_id")


def entries(record: Audited, actor: Actor) -> list[Entry]:
    """The history of a record that the actor may see, newest first, without the rows of the other side's layer."""
    rows = list(rows_of(record).filter(history_layer__in=(Layer.SHARED, actor.side)))
    return [_entry(row, before) for row, before in zip_longest(rows, rows[1:])]


def _entry(row: Any, before: Any) -> Entry:
    return Entry(
        at=row.history_date,
        who=row.act_name,
        organisation=row.act_organisation,
        side=row.act_side,
        door=str(DOOR_WORDS[row.act_door]),
        reason=row.history_change_reason,
        kind=str(KINDS[row.history_type]),
        changes=tuple(_changes(row, before)) if before is not None else (),
    )


def _changes(row: Any, before: Any) -> Iterator[tuple[str, str, str]]:
    for field in audited_fields(row.instance_type):
        old, new = getattr(before, field.attname), getattr(row, field.attname)
        if old != new:
            yield str(field.verbose_name), in_words(field, old), in_words(field, new)
