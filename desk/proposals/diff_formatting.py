"""One signed value before and after, in words that stay, go or come: printed side by side or one below the other."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.deadlines import Deadline, printed_long
from common.templatetags.words import reader
from common.text import LANGUAGES, NAMES, Text
from roadmaps.document.content import ExecutorContent, Role
from roadmaps.document.diff import executor_changes, words
from roadmaps.document.numbering import Place

Kind = Literal["equal", "removed", "added"]

ROLES: Final[dict[Role, str | Promise]] = {
    Role.LEAD: gettext_lazy("Leads"),
    Role.CO_EXECUTOR: gettext_lazy("Co-executors"),
}


@dataclass(frozen=True)
class Run:
    """Words that stay, go or come; with ``side`` that side's letters stand before them."""

    kind: Kind
    text: str
    side: str = ""


@dataclass(frozen=True)
class Line:
    """``language`` is set where it is not the reader's: the line is marked with it."""

    runs: tuple[Run, ...]
    label: str = ""
    language: str = ""


Lines = tuple[Line, ...]


@dataclass(frozen=True)
class Pair:
    """A value before and after, in lines.

    ``note`` says in a word what happens, ``remark`` stands below the new value, ``what`` is a narrower name for it.
    """

    before: Lines
    after: Lines
    note: str = ""
    remark: str = ""
    what: str = ""


def text_pair(before: Text | None, after: Text | None) -> Pair:
    """Word by word in every language that differs, the reader's first; the others carry their mark."""
    was, now = before.texts if before else {}, after.texts if after else {}
    own = reader()
    changed = [language for language in LANGUAGES if was.get(language) != now.get(language)]
    kinds: set[str] = set()
    old: list[Line] = []
    new: list[Line] = []
    for language in sorted(changed, key=lambda language: language != own):
        pieces = words(was.get(language, ""), now.get(language, ""))
        kinds |= {piece.kind for piece in pieces if piece.text.strip()}
        mark = language if language != own else ""
        old.append(Line(tuple(Run(piece.kind, piece.text) for piece in pieces if piece.kind != "added"), "", mark))
        new.append(Line(tuple(Run(piece.kind, piece.text) for piece in pieces if piece.kind != "removed"), "", mark))
    if before and after and before.original != after.original:
        old.append(Line((Run("removed", str(NAMES[before.original])),), _("Original")))
        new.append(Line((Run("added", str(NAMES[after.original])),), _("Original")))
    elsewhere = [str(NAMES[language]) for language in changed] if own not in changed else []
    note = ", ".join([_word_note(kinds), *elsewhere])
    return Pair(_said(old), _said(new), note)


def deadline_pair(before: Deadline | None, after: Deadline | None, first: str = "") -> Pair:
    """As printed, with the days between; ``first`` is the first agreed one in words."""
    old, new = (deadline.due_on if deadline else None for deadline in (before, after))
    days = (new - old).days if old and new else 0
    remarks = []
    if days > 0:
        remarks.append(ngettext("%(days)d day later", "%(days)d days later", days) % {"days": days})
    elif days < 0:
        remarks.append(ngettext("%(days)d day earlier", "%(days)d days earlier", -days) % {"days": -days})
    if first:
        remarks.append(_("first agreed: %(date)s") % {"date": first})
    if old and new:
        note = _("one date moves") if days else _("the same day, meant otherwise")
    else:
        note = _("a date is set") if new else _("the date is taken away")
    return Pair(_date(before, "removed"), _date(after, "added"), note, "; ".join(remarks))


def place_pair(before: Place, after: Place) -> Pair:
    return Pair(_place(before, "removed"), _place(after, "added"), _("moves"))


def executor_pair(
    before: Sequence[ExecutorContent], after: Sequence[ExecutorContent], body: Callable[[str, Kind], Run]
) -> Pair:
    """The lists of the roles in which something changes, then every own part that reads otherwise.

    ``body`` prints an organisation by its code.
    """
    changes = executor_changes(before, after)
    listed = [change for change in changes if change.kind != "part"]
    touched = {change.organisation for change in listed}
    concerned = {executor.role for change in listed for executor in (change.before, change.after) if executor}
    roles = [role for role in ROLES if role in concerned]
    old = [_list(before, role, touched, "removed", body) for role in roles]
    new = [_list(after, role, touched, "added", body) for role in roles]
    what = str(ROLES[roles[0]]) if len(roles) == 1 else ""
    if what:  # the name of the change says it already
        old, new = [replace(line, label="") for line in old], [replace(line, label="") for line in new]
    for change in changes:
        if change.kind == "part":
            part = text_pair(*(executor.part if executor else None for executor in (change.before, change.after)))
            label = _("Part of %(name)s") % {"name": body(change.organisation, "equal").text}
            old += [replace(line, label=label) for line in part.before]
            new += [replace(line, label=label) for line in part.after]
    return Pair(_said(old), _said(new), _executor_note([change.kind for change in changes]), what=what)


def _list(
    executors: Sequence[ExecutorContent],
    role: Role,
    touched: Collection[str],
    kind: Kind,
    body: Callable[[str, Kind], Run],
) -> Line:
    runs: list[Run] = []
    for executor in executors:
        if executor.role != role:
            continue
        own: Kind = kind if executor.organisation in touched else "equal"
        if runs:
            runs.append(Run(own, "; "))
        named = body(executor.organisation, own)
        shown_part = f" ({executor.part})" if executor.part and own != "equal" else ""
        runs.append(replace(named, text=named.text + shown_part))
    return Line(tuple(runs), str(ROLES[role]))


def _said(lines: list[Line]) -> Lines:
    return tuple(line for line in lines if line.runs)


def _date(deadline: Deadline | None, kind: Kind) -> Lines:
    return (Line((Run(kind, printed_long(deadline, reader())),)),) if deadline else ()


def _place(place: Place, kind: Kind) -> Lines:
    said = _("under %(above)s, place %(place)d") if place.label else _("place %(place)d")
    return (Line((Run(kind, said % {"above": place.label, "place": place.position}),)),)


def _word_note(kinds: set[str]) -> str:
    if {"added", "removed"} <= kinds:
        return _("words change")
    if "removed" in kinds:
        return _("words taken out")
    return _("words added") if "added" in kinds else _("spelling")


def _executor_note(kinds: list[str]) -> str:
    counted = Counter(kinds)
    added, dropped = counted["added"], counted["dropped"]
    notes = []
    if added:
        notes.append(ngettext("%(n)d body added", "%(n)d bodies added", added) % {"n": added})
    if dropped:
        notes.append(ngettext("%(n)d body dropped", "%(n)d bodies dropped", dropped) % {"n": dropped})
    others = {"role": _("another role"), "order": _("another order"), "part": _("another part")}
    return ", ".join([*notes, *(said for kind, said in others.items() if counted[kind])])
