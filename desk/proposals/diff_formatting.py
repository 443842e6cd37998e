"""One signed value before and after, with the words marked that were removed or added."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.deadlines import Deadline, printed_long
from common.language import LANGUAGES, NAMES, reader_language
from common.text import Text, name_of, visible_pieces
from roadmaps.document.content import ExecutorContent, ExecutorRole
from roadmaps.document.diff import Piece, executor_changes, words
from roadmaps.document.numbering import Place

SpanKind = Literal["equal", "removed", "added"]

ROLES: Final[dict[ExecutorRole, str | Promise]] = {
    ExecutorRole.LEAD: gettext_lazy("Leads"),
    ExecutorRole.CO_EXECUTOR: gettext_lazy("Co-executors"),
}


@dataclass(frozen=True)
class Span:
    """Words that are equal, removed or added; the letters of ``side`` are printed before them.

    ``hidden`` is the name of a character that nobody would see; the text is then its code point.
    """

    kind: SpanKind
    text: str
    side: str = ""
    hidden: str = ""


@dataclass(frozen=True)
class DiffLine:
    """``language`` is set where it is not the reader's, to mark the line."""

    spans: tuple[Span, ...]
    label: str = ""
    language: str = ""


DiffLines = tuple[DiffLine, ...]


@dataclass(frozen=True)
class FieldDiff:
    """A value before and after, in lines.

    ``note`` says in a word what changed, ``remark`` is printed below the new value, ``what`` is a narrower label.
    """

    before: DiffLines
    after: DiffLines
    note: str = ""
    remark: str = ""
    what: str = ""


def text_diff(before: Text | None, after: Text | None) -> FieldDiff:
    """Compare word by word in every language that differs, the reader's first; the others carry their mark."""
    was, now = before.texts if before else {}, after.texts if after else {}
    own = reader_language()
    changed = [language for language in LANGUAGES if was.get(language) != now.get(language)]
    kinds: set[str] = set()
    old: list[DiffLine] = []
    new: list[DiffLine] = []
    for language in sorted(changed, key=lambda language: language != own):
        pieces = words(was.get(language, ""), now.get(language, ""))
        kinds |= {piece.kind for piece in pieces if piece.text.strip()}
        mark = language if language != own else ""
        old.append(DiffLine(_spans(pieces, without="added"), "", mark))
        new.append(DiffLine(_spans(pieces, without="removed"), "", mark))
    if before and after and before.original != after.original:
        old.append(DiffLine((Span("removed", str(NAMES[before.original])),), _("Original")))
        new.append(DiffLine((Span("added", str(NAMES[after.original])),), _("Original")))
    elsewhere = [str(NAMES[language]) for language in changed] if own not in changed else []
    note = ", ".join([_word_note(kinds), *elsewhere])
    return FieldDiff(_filled(old), _filled(new), note)


def _spans(pieces: Iterable[Piece], without: SpanKind) -> tuple[Span, ...]:
    """Return the pieces as spans; hidden characters, which older texts may hold, as their code points."""
    return tuple(
        span
        for piece in pieces
        if piece.kind != without
        for seen, hidden in visible_pieces(piece.text)
        for span in (Span(piece.kind, seen), Span(piece.kind, hidden and f"U+{ord(hidden):04X}", "", name_of(hidden)))
        if span.text
    )


def deadline_diff(before: Deadline | None, after: Deadline | None, first: str = "") -> FieldDiff:
    """Compare as printed, with the days between; ``first`` is the first agreed deadline in words."""
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
        note = _("date changed") if days else _("same day, different precision")
    else:
        note = _("date set") if new else _("date removed")
    return FieldDiff(_date(before, "removed"), _date(after, "added"), note, "; ".join(remarks))


def place_diff(before: Place, after: Place) -> FieldDiff:
    return FieldDiff(_place(before, "removed"), _place(after, "added"), _("moved"))


def executor_diff(
    before: Sequence[ExecutorContent], after: Sequence[ExecutorContent], organisation: Callable[[str, SpanKind], Span]
) -> FieldDiff:
    """List the executors of each role in which something changes, then every own part that differs.

    ``organisation`` prints an organisation by its code.
    """
    changes = executor_changes(before, after)
    listed = [change for change in changes if change.kind != "part"]
    touched = {change.organisation for change in listed}
    concerned = {executor.role for change in listed for executor in (change.before, change.after) if executor}
    roles = [role for role in ROLES if role in concerned]
    old = [_list(before, role, touched, "removed", organisation) for role in roles]
    new = [_list(after, role, touched, "added", organisation) for role in roles]
    what = str(ROLES[roles[0]]) if len(roles) == 1 else ""
    if what:  # the label of the change says it already
        old, new = [replace(line, label="") for line in old], [replace(line, label="") for line in new]
    for change in changes:
        if change.kind == "part":
            part = text_diff(*(executor.part if executor else None for executor in (change.before, change.after)))
            label = _("Part of %(name)s") % {"name": organisation(change.organisation, "equal").text}
            old += [replace(line, label=label) for line in part.before]
            new += [replace(line, label=label) for line in part.after]
    return FieldDiff(_filled(old), _filled(new), _executor_note([change.kind for change in changes]), what=what)


def _list(
    executors: Sequence[ExecutorContent],
    role: ExecutorRole,
    touched: Collection[str],
    kind: SpanKind,
    organisation: Callable[[str, SpanKind], Span],
) -> DiffLine:
    spans: list[Span] = []
    for executor in executors:
        if executor.role != role:
            continue
        own: SpanKind = kind if executor.organisation in touched else "equal"
        if spans:
            spans.append(Span(own, "; "))
        named = organisation(executor.organisation, own)
        shown_part = f" ({executor.part})" if executor.part and own != "equal" else ""
        spans.append(replace(named, text=named.text + shown_part))
    return DiffLine(tuple(spans), str(ROLES[role]))


def _filled(lines: list[DiffLine]) -> DiffLines:
    return tuple(line for line in lines if line.spans)


def _date(deadline: Deadline | None, kind: SpanKind) -> DiffLines:
    return (DiffLine((Span(kind, printed_long(deadline, reader_language())),)),) if deadline else ()


def _place(place: Place, kind: SpanKind) -> DiffLines:
    said = _("under %(above)s, place %(place)d") if place.label else _("place %(place)d")
    return (DiffLine((Span(kind, said % {"above": place.label, "place": place.position}),)),)


def _word_note(kinds: set[str]) -> str:
    if {"added", "removed"} <= kinds:
        return _("words changed")
    if "removed" in kinds:
        return _("words removed")
    return _("words added") if "added" in kinds else _("spelling")


def _executor_note(kinds: list[str]) -> str:
    counted = Counter(kinds)
    added, dropped = counted["added"], counted["dropped"]
    notes = []
    if added:
        notes.append(ngettext("%(n)d organisation added", "%(n)d organisations added", added) % {"n": added})
    if dropped:
        notes.append(ngettext("%(n)d organisation removed", "%(n)d organisations removed", dropped) % {"n": dropped})
    others = {"role": _("role changed"), "order": _("order changed"), "part": _("part changed")}
    return ", ".join([*notes, *(said for kind, said in others.items() if counted[kind])])
