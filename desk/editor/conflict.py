"""A stale edit: what somebody else saved meanwhile is brought into the sheet where the person touched nothing.

What both changed stays as this person typed it, and is shown with the other's value beside it: for each of these the
person chooses (``keep-UID.field``), with whatever button they press next.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from common.deadlines import printed_long
from common.templatetags.words import reader
from common.text import LANGUAGES, MARKS
from desk.editor.fields import DEADLINE, Values, Wrong, read_deadline, text_keys
from desk.editor.sheet import Kind, Line, Sheet, add_missing
from roadmaps.document.content import Role

FIELDS: Final[dict[Kind, dict[str, tuple[str, ...]]]] = {
    "section": {"title": text_keys("title")},
    "measure": {
        "number": ("number",),
        "title": text_keys("title"),
        "decision": ("decision",),
        "expected_result": text_keys("expected_result"),
        "funding_organisation": ("funding_organisation",),
        "funding_text": text_keys("funding_text"),
    },
    "milestone": {
        "number": ("number",),
        "mechanism": text_keys("mechanism"),
        "deadline": DEADLINE,
        "project": ("project",),
        "executors": (),
    },
}
HEAD: Final = {"reason": text_keys("reason"), "note": text_keys("note")}
Name = Callable[[str], str]


@dataclass(frozen=True)
class Clash:
    """One thing that somebody else changed; ``field`` `row` is the row itself. ``taken``: it is in the sheet now."""

    line: Line | None
    field: str
    opened: str
    now: str
    yours: str
    taken: bool

    @property
    def key(self) -> str:
        return f"{self.line.uid if self.line else ''}.{self.field}"


def merge(mine: Sheet, opened: Sheet, theirs: Sheet, name: Name) -> list[Clash]:
    """Bring theirs into ``mine``; both began from ``opened``. ``name`` prints an organisation by its code."""
    was, now = ({line.uid: line for line in sheet.standing()} for sheet in (opened, theirs))
    clashes = [*_head(mine.head, opened.head, theirs.head, name)]
    for place, line in enumerate(mine.lines):
        before, after = was.get(line.uid), now.get(line.uid)
        if before and after:
            clashes += _changed(line, before, after, name)
        elif before and not line.is_dropped:
            untouched = all(was.get(row.uid) and same(row, was[row.uid]) for row in mine.lines[place : mine.end(place)])
            line.is_dropped = untouched
            clashes.append(Clash(line, "row", _("there"), _("dropped"), "" if untouched else _("kept"), untouched))
    new = add_missing(mine, [line.copy() for line in theirs.standing()], dropped=False)
    clashes += [Clash(line, "row", "–", _("added"), "", True) for line in mine.lines if line.uid in new]
    both = [uid for uid in was if uid in now]
    if both != [uid for uid in now if uid in was]:
        clashes.append(Clash(None, "order", "", _("moved"), _("your order stands"), False))
    return clashes


def settle(sheet: Sheet, data: QueryDict, theirs: Sheet) -> None:
    """What the person chose: theirs takes the place of what they had typed."""
    stored, own = {str(line.uid): line for line in theirs.standing()}, {str(line.uid): line for line in sheet.lines}
    for key, choice in data.items():
        if not key.startswith("keep-") or choice != "theirs":
            continue
        uid, _dot, field = key.removeprefix("keep-").partition(".")
        if not uid and field in HEAD:
            sheet.head |= {name: theirs.head[name] for name in HEAD[field]}
        elif (line := own.get(uid)) and field == "row" and uid not in stored:
            line.is_dropped = True
        elif line and (other := stored.get(uid)) and field in FIELDS[line.kind]:
            _take(line, other, field)


def same(one: Line, other: Line) -> bool:
    return all(_typed(one, field) == _typed(other, field) for field in FIELDS[one.kind])


def _changed(line: Line, before: Line, after: Line, name: Name) -> Iterator[Clash]:
    for field in FIELDS[line.kind]:
        was, now, mine = (_typed(row, field) for row in (before, after, line))
        if now not in (was, mine):
            taken = mine == was or line.is_dropped
            yours = "" if mine == was else said(line.values, line.executors, field, name)
            if taken:
                _take(line, after, field)
            old, new = (said(row.values, row.executors, field, name) for row in (before, after))
            yield Clash(line, field, old, new, _("dropped") if line.is_dropped else yours, taken)


def _head(mine: Values, opened: Values, theirs: Values, name: Name) -> Iterator[Clash]:
    for field, names in HEAD.items():
        was, now, own = (_text(values, names) for values in (opened, theirs, mine))
        if now not in (was, own):
            words = [said(values, [], field, name) for values in (opened, theirs, mine)]
            if own == was:
                mine |= {key: theirs[key] for key in names}
            yield Clash(None, field, words[0], words[1], "" if own == was else words[2], own == was)


def _take(line: Line, other: Line, field: str) -> None:
    line.values |= {key: other.values[key] for key in FIELDS[line.kind][field]}
    if field == "executors":
        line.executors = [dict(values) for values in other.executors]


def _typed(line: Line, field: str) -> object:
    if field == "executors":
        keys = text_keys("part")
        return [(row["organisation"], row["role"], _text(row, keys)) for row in line.executors if row["organisation"]]
    return _text(line.values, FIELDS[line.kind][field])


def _text(values: Values, keys: tuple[str, ...]) -> list[str]:
    """Which language is the original says nothing where no text is."""
    typed = [values[key] for key in keys]
    return typed if any(typed[:-1]) or len(typed) == 1 else typed[:-1]


def said(values: Values, executors: list[Values], field: str, name: Name) -> str:
    """What was typed in one field, in words; a text in all its languages."""
    if field == "deadline":
        try:
            return printed_long(read_deadline(values), reader())
        except Wrong:
            return " ".join(values[key] for key in DEADLINE if values[key])
    if field == "executors":
        return "; ".join(_executor(row, name) for row in executors if row["organisation"]) or "–"
    if field == "funding_organisation":
        return name(values[field]) if values[field] else "–"
    if field in values:
        return values[field] or "–"
    texts = {code: text for code in LANGUAGES if (text := values[f"{field}.{code}"])}
    if len(texts) > 1:
        return "; ".join(f"{MARKS[code]} {text}" for code, text in texts.items())
    return "".join(texts.values()) or "–"


def shown(values: Values, field: str) -> str:
    """A text as typed, in the reader's language or else in the original."""
    languages = (reader(), values[f"{field}.original"], *LANGUAGES)
    return next((text for code in languages if (text := values.get(f"{field}.{code}"))), "–")


def _executor(row: Values, name: Name) -> str:
    words = [_("lead") if row["role"] == Role.LEAD else _("co-executor")]
    if any(row[key] for key in text_keys("part")[:-1]):
        words.append(said(row, [], "part", name))
    return f"{name(row['organisation'])} ({', '.join(words)})"


def conflicting_rows(clashes: list[Clash]) -> set[UUID]:
    """The rows to open: there the person chooses."""
    return {clash.line.uid for clash in clashes if clash.line and not clash.taken and clash.field != "row"}
