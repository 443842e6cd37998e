"""The sheet as a browser sends it.

Each row sends one `row` field, in the order of reading: its kind, identity, state and seal. An open row sends a field
for each box (UID.number, UID.title.en...), executors each box once an executor. A shut or dropped one sends what was
typed as one JSON field, or nothing where it reads as it was stored: so 300 rows make a light page and a light form.

The seal says that the server gave this identity to this road map: no other can be brought in through the form.
"""

import json
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.http import QueryDict
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from desk.editor.fields import EXECUTOR, HEAD, Values
from desk.editor.sheet import KEYS, KINDS, MOST_EXECUTORS, MOST_ROWS, Fault, Kind, Line, Sheet

Known = Mapping[UUID, Line]
STATES: Final = ("open", "shut", "dropped")


class TooManyRows(ValueError):
    """More than a road map can have: not from a page of ours."""


class _Foreign(ValueError):
    """A row that this page did not send; the message is a sentence."""


def seal(road_map: str, uid: UUID) -> str:
    return salted_hmac("desk.editor.row", f"{road_map} {uid}", algorithm="sha256").hexdigest()[:16]


def row_field(road_map: str, line: Line) -> str:
    """The value of a row's `row` field."""
    state = "dropped" if line.is_dropped else "open" if line.is_open else "shut"
    return f"{line.kind} {line.uid} {state} {seal(road_map, line.uid)}"


def kept_field(line: Line) -> str:
    """What a shut row carries; blanks are left out."""
    return json.dumps([_filled(line.values), [_filled(values) for values in line.executors]], ensure_ascii=False)


def _filled(values: Values) -> Values:
    return {key: value for key, value in values.items() if value}


class Posted:
    """The ``sheet`` with all that was typed, and a fault for what did not arrive as our page sends it.

    ``known`` are the rows as they were stored when the edit began: they stand in for what is missing. A row without
    its seal, one that comes twice and one without the row above it are left out. Raises: TooManyRows.
    """

    def __init__(self, data: QueryDict, road_map: str, known: Known) -> None:
        self._data, self._road_map, self._known = data, road_map, known
        self.faults = [Fault(None, key, _("This field did not arrive.")) for key in HEAD if key not in data]
        self.sheet = Sheet({key: _lines(data.get(key, "")) for key in HEAD}, [])
        rows = data.getlist("row")
        if len(rows) > MOST_ROWS:
            raise TooManyRows
        seen: set[UUID] = set()
        for row in rows:
            try:
                kind, uid, state = self._parts(row)
                if uid in seen:
                    raise _Foreign(_("A row was sent twice (%(uid)s): its second place was left out.") % {"uid": uid})
                line = self._line(kind, uid, state)
                if line.level > (self.sheet.lines[-1].level + 1 if seen else 0):
                    raise _Foreign(_("A row was sent without the one above it (%(uid)s).") % {"uid": uid})
            except _Foreign as error:
                self.faults.append(Fault(None, "row", str(error)))
            else:
                seen.add(uid)
                self.sheet.lines.append(line)

    def _parts(self, row: str) -> tuple[Kind, UUID, str]:
        kind, *others = row.split(" ")
        if kind in KINDS and len(others) == 3 and others[1] in STATES:
            given, state, sealed = others
            uid = _uid(given)
            if uid and constant_time_compare(sealed, seal(self._road_map, uid)):
                return kind, uid, state
        sentence = _("A row was sent that is not one of this road map: it was left out (%(row)s).")
        raise _Foreign(sentence % {"row": row[:60].replace("\x00", "")})

    def _line(self, kind: Kind, uid: UUID, state: str) -> Line:
        stored = self._known.get(uid)
        if stored is None or stored.kind != kind:
            stored = Line(kind, uid, dict.fromkeys(KEYS[kind], ""))
        line = Line(kind, uid, dict(stored.values), [dict(values) for values in stored.executors])
        kept = self._data.get(str(uid))
        if state == "open":
            self._read_boxes(line)
        elif kept is not None:
            self._read_kept(line, kept)
        elif uid not in self._known:
            self._incomplete(uid)
        line.is_open, line.is_dropped = state == "open", state == "dropped"
        return line

    def _read_boxes(self, line: Line) -> None:
        for key in KEYS[line.kind]:
            value = self._data.get(f"{line.uid}.{key}")
            if value is None:
                self.faults.append(Fault(line.uid, key.partition(".")[0], _("This field did not arrive.")))
            else:
                line.values[key] = _lines(value)
        if line.kind == "milestone":
            columns = [self._data.getlist(f"{line.uid}.{key}") for key in EXECUTOR]
            heights = {len(column) for column in columns}
            if len(heights) > 1 or max(heights) > MOST_EXECUTORS:
                self.faults.append(Fault(line.uid, "executors", _("The executors did not arrive whole.")))
                return
            rows = zip(*columns, strict=True)
            line.executors = [dict(zip(EXECUTOR, map(_lines, typed), strict=True)) for typed in rows]

    def _read_kept(self, line: Line, kept: str) -> None:
        try:
            values, executors = json.loads(kept)
            most = MOST_EXECUTORS if line.kind == "milestone" else 0
            if not isinstance(executors, list) or len(executors) > most:
                raise ValueError(len(executors))
            typed = _whole(values, KEYS[line.kind]), [_whole(row, EXECUTOR) for row in executors]
        except (ValueError, TypeError, RecursionError):
            self._incomplete(line.uid)
        else:
            line.values, line.executors = typed

    def _incomplete(self, uid: UUID) -> None:
        self.faults.append(Fault(uid, "row", _("What was typed in this row did not arrive: type it again.")))


def _uid(value: str) -> UUID | None:
    try:
        uid = UUID(value)
    except ValueError:
        return None
    return uid if str(uid) == value else None


def _whole(values: object, keys: tuple[str, ...]) -> Values:
    """With the blanks that were left out. Raises: ValueError, also for half a surrogate pair: no page can show it."""
    if not isinstance(values, dict) or not all(key in keys and isinstance(text, str) for key, text in values.items()):
        raise ValueError
    "".join(values.values()).encode()
    return {key: values.get(key, "") for key in keys}


def _lines(text: str) -> str:
    """Line ends as they are stored; a browser sends its own."""
    return text.replace("\r\n", "\n")
