"""Format the history of a record for a person: who, for which organisation, when, how, why, before and after."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.policy.access import access_of
from accounts.policy.actors import Actor
from accounts.policy.history import history_of
from accounts.policy.naming import actor_of_row, named
from accounts.policy.questions import visible
from accounts.services.records import audited_fields
from audit.models import Audited
from common.deadlines import printed_day
from common.language import MARKS, reader_language
from common.text import Text

KINDS = {"+": gettext_lazy("added"), "~": gettext_lazy("changed"), "-": gettext_lazy("deleted")}
DOOR_WORDS = {
    "admin": gettext_lazy("form"),
    "api": gettext_lazy("api"),
    "task": gettext_lazy("task"),
    "command": gettext_lazy("command"),
}


@dataclass(frozen=True)
class HistoryEntry:
    """One change of a record. ``changes`` are (label, before, after) in words.

    ``about`` names the record where a page shows the history of several.
    """

    at: datetime
    who: str
    organisation: str
    side: str
    door: str
    reason: str
    kind: str
    changes: tuple[tuple[str, str, str], ...]
    about: str = ""


def in_words(field: "models.Field[Any, Any]", value: Any, actor: Actor) -> str:
    """Return one column's value for a person: every language of a text, the name of a related record.

    A related record is named only where the actor may see it.
    """
    if value is None or value == "":
        return "–"
    if isinstance(value, Text):
        entries = value.entries
        return entries[0][1] if len(entries) == 1 else "; ".join(f"{MARKS[lang]} {text}" for lang, text in entries)
    if isinstance(field, models.ForeignKey):
        return _name_of(field.related_model, value, actor)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        return printed_day(value, reader_language())
    return str(value)


def _name_of(model: type[models.Model], key: Any, actor: Actor) -> str:
    record = visible(actor, access_of(model).view, model._default_manager.filter(pk=key)).first()
    return str(record) if record else _("(not visible to you)")


def entries(record: Audited, actor: Actor) -> list[HistoryEntry]:
    """Return the history of a record that the actor may see, newest first.

    A change is compared with the row before it that the actor may see; where there is none, it shows no values.
    """
    rows = list(history_of(actor, record))
    names = named(actor, [actor_of_row(row) for row in rows])
    return [_entry(row, before, who, actor) for row, before, who in zip_longest(rows, rows[1:], names)]


def _entry(row: Any, before: Any, who: str, actor: Actor) -> HistoryEntry:
    return HistoryEntry(
        at=row.history_date,
        who=who,
        organisation=row.act_organisation,
        side=row.act_side,
        door=str(DOOR_WORDS[row.act_door]),
        reason=row.history_change_reason,
        kind=str(KINDS[row.history_type]),
        changes=tuple(_changes(row, before, actor)) if before is not None else (),
    )


def _changes(row: Any, before: Any, actor: Actor) -> Iterator[tuple[str, str, str]]:
    for field in audited_fields(row.instance_type):
        old, new = getattr(before, field.attname), getattr(row, field.attname)
        if old != new:
            yield str(field.verbose_name), in_words(field, old, actor), in_words(field, new, actor)
