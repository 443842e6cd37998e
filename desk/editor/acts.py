"""The buttons of the sheet: each changes what is typed, none stores anything.

A button's value is its act, the row it belongs to, and where needed a number: ``up:UID``, ``remove-executor:UID:2``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from common.text import LANGUAGES
from desk.editor import fields
from desk.editor.fields import Values
from desk.editor.sheet import KEYS, MOST_EXECUTORS, MOST_ROWS, Kind, Line, Sheet
from roadmaps.document.content import Role
from roadmaps.document.fields import HIGHEST_NUMBER


@dataclass(frozen=True)
class Context:
    """What a new row begins with: the reader's language, the codes of the group's two leads."""

    language: str
    leads: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """``uid``, ``focus``: the row and the control that the person goes on with. ``refused``: why nothing was done."""

    uid: UUID | None = None
    focus: str = ""
    refused: str = ""


def perform(sheet: Sheet, act: str, context: Context) -> Outcome:
    """What no button could have sent does nothing."""
    name, _colon, rest = act.partition(":")
    where, _colon, number = rest.partition(":")
    if name == "renumber":
        renumber(sheet)
        return Outcome()
    if name == "add-section":
        return _add(sheet, "section", len(sheet.lines), context)
    place = next((i for i, line in enumerate(sheet.lines) if str(line.uid) == where), None)
    if place is None:
        return Outcome()
    if name in ("add-measure", "add-milestone"):
        kind: Kind = "measure" if name == "add-measure" else "milestone"
        holds = sheet.lines[place].level == KINDS_ABOVE[kind]
        return _add(sheet, kind, sheet.end(place), context) if holds else Outcome()
    line = sheet.lines[place]
    refused = ""
    if name in ("up", "down"):
        move(sheet, place, upwards=name == "up")
    elif name in ("add-executor", "remove-executor"):
        refused = _executors(line, name, number, context)
    elif name in _FLAGS:
        _FLAGS[name](line)
    return Outcome(line.uid, GOES_ON.get(name, ""), refused)


# the control that is there after the act; `box` is the row's first
GOES_ON: Final = {
    "up": "up",
    "down": "down",
    "open": "box",
    "shut": "open",
    "drop": "restore",
    "restore": "box",
    "add-executor": "executor",
    "remove-executor": "add-executor",
}
KINDS_ABOVE: Final[dict[Kind, int]] = {"measure": 0, "milestone": 1}


def _open(line: Line) -> None:
    line.is_open = True


def _shut(line: Line) -> None:
    line.is_open = False


def _drop(line: Line) -> None:
    line.is_dropped, line.is_open = True, False


def _restore(line: Line) -> None:
    line.is_dropped, line.is_open = False, True


_FLAGS: Final[dict[str, Callable[[Line], None]]] = {"open": _open, "shut": _shut, "drop": _drop, "restore": _restore}


def move(sheet: Sheet, start: int, *, upwards: bool) -> None:
    """The row, with all below it, past the next of its kind; from the edge of its parent into the one beside that."""
    end = sheet.end(start)
    places = range(start - 1, -1, -1) if upwards else range(end + 1, len(sheet.lines) + 1)
    level = sheet.lines[start].level
    for place in places:
        begins = place == len(sheet.lines) or sheet.lines[place].level <= level
        if begins and _holds(sheet, place, level):
            block = sheet.lines[start:end]
            del sheet.lines[start:end]
            sheet.lines[place if upwards else place - len(block) : place if upwards else place - len(block)] = block
            return


def _holds(sheet: Sheet, place: int, level: int) -> bool:
    """Whether a row of that level may stand there: below a row one level above it that is not dropped."""
    if level == 0:
        return True
    above = next((line for line in reversed(sheet.lines[:place]) if line.level < level), None)
    return above is not None and above.level == level - 1 and not above.is_dropped


def renumber(sheet: Sheet) -> None:
    """Measures through the whole road map, milestones in their measure, in the order in which they stand."""
    measure = milestone = 0
    for line in sheet.standing():
        if line.kind == "measure":
            measure, milestone = measure + 1, 0
            line.values["number"] = str(measure)
        elif line.kind == "milestone":
            milestone += 1
            line.values["number"] = str(milestone)


def _add(sheet: Sheet, kind: Kind, place: int, context: Context) -> Outcome:
    if len(sheet.lines) >= MOST_ROWS:
        return Outcome(refused=_("A road map has at most %(most)d rows.") % {"most": MOST_ROWS})
    values = _blank(KEYS[kind], context.language)
    executors = []
    if kind == "milestone":
        executors = [_executor(code, Role.LEAD, context.language) for code in context.leads]
    if kind != "section":
        values["number"] = str(_next_number(sheet, kind, place))
    line = Line(kind, uuid4(), values, executors, is_open=True)
    sheet.lines.insert(place, line)
    return Outcome(line.uid, "box")


def _next_number(sheet: Sheet, kind: Kind, place: int) -> int:
    """One more than the highest: of all measures; of the milestones of the measure at whose end the new one stands."""
    lines = [line for line in sheet.standing() if line.kind == kind]
    if kind == "milestone":
        above = max(i for i in range(place) if sheet.lines[i].kind == "measure")
        sisters = {line.uid for line in sheet.lines[above:place]}
        lines = [line for line in lines if line.uid in sisters]
    numbers = [int(typed) for line in lines if (typed := line.values["number"]).isascii() and typed.isdigit()]
    return min(max(numbers, default=0) + 1, HIGHEST_NUMBER)


def _executors(line: Line, name: str, number: str, context: Context) -> str:
    if line.kind != "milestone":
        return ""
    if name == "add-executor":
        if len(line.executors) >= MOST_EXECUTORS:
            return _("A milestone has at most %(most)d executors.") % {"most": MOST_EXECUTORS}
        line.executors.append(_executor("", Role.CO_EXECUTOR, context.language))
    elif number.isascii() and number.isdigit() and len(number) < 3 and int(number) < len(line.executors):
        del line.executors[int(number)]
    line.is_open = True
    return ""


def _executor(code: str, role: Role, language: str) -> Values:
    return {**_blank(fields.EXECUTOR, language), "organisation": code, "role": role.value}


def _blank(keys: tuple[str, ...], language: str) -> Values:
    """Nothing typed; what will be typed counts as written in the reader's language."""
    return {key: language if key.endswith(".original") and language in LANGUAGES else "" for key in keys}
