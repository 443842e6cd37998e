"""The boxes of an open row as the template prints them: named for people, with what is wrong beside them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.dates import MONTHS
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.deadlines import Precision
from common.templatetags.words import reader
from common.text import LANGUAGES, MARKS, OWN_NAMES
from desk.editor.fields import Values
from desk.editor.sheet import Line
from roadmaps.document.content import Role
from roadmaps.document.numbering import roman

Sentences = Mapping[tuple[UUID | None, str], tuple[str, ...]]


def anchor(uid: UUID | None, field: str) -> str:
    """The id of a field's box: to it the list of errors leads."""
    return f"f-{uid or 'all'}-{field.replace('.', '-').replace('_', '-')}"


class Options:
    """The options of a select, written once a page; each select marks its own. ``empty`` None: one must be chosen."""

    def __init__(self, groups: Iterable[tuple[str, Iterable[tuple[str, str]]]], empty: str | None = "–") -> None:
        html = format_html('<option value="">{}</option>', empty) if empty is not None else SafeString("")
        for label, pairs in groups:
            options = format_html_join("", '<option value="{}">{}</option>', pairs)
            html += format_html('<optgroup label="{}">{}</optgroup>', label, options) if label else options
        self._html = html

    def chosen(self, code: str) -> SafeString:
        """One that is not offered stands there too: nothing typed is lost."""
        plain, marked = (format_html('value="{}"{}>', code, SafeString(said)) for said in ("", " selected"))
        if plain in self._html:
            return SafeString(self._html.replace(plain, marked, 1))
        return self._html + format_html('<option value="{}" selected>{}</option>', code, code)


@dataclass(frozen=True)
class Box:
    """One input or, with ``options``, one select. ``row`` is the row's number, for those who do not see its place."""

    id: str
    name: str
    label: str
    row: str
    value: str
    options: SafeString = SafeString("")
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        """The label of a box that has none to be seen."""
        return f"{self.label}, {self.row}"


@dataclass(frozen=True)
class LanguageBox:
    id: str
    name: str
    code: str
    value: str

    @property
    def mark(self) -> str:
        return MARKS[self.code]

    @property
    def language(self) -> str:
        return OWN_NAMES[self.code]


@dataclass(frozen=True)
class TextBox:
    """A text: the reader's language in the open, the ``others`` with the choice of the original folded away."""

    id: str
    label: str
    row: str
    own: LanguageBox
    others: tuple[LanguageBox, ...]
    original: Box
    errors: tuple[str, ...]

    @property
    def alone(self) -> tuple["TextBox"]:
        """For a text that stands in no row."""
        return (self,)

    @property
    def elsewhere(self) -> LanguageBox | None:
        """What the text reads as, where the reader's language has none."""
        filled = {box.code: box for box in self.others if box.value}
        if self.own.value or not filled:
            return None
        return filled.get(self.original.value) or next(iter(filled.values()))


@dataclass(frozen=True)
class ExecutorBoxes:
    place: int
    organisation: Box
    role: Box
    part: TextBox


@dataclass(frozen=True)
class Said:
    """What is said at a field of several boxes."""

    id: str
    errors: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class DeadlineBoxes:
    """``id`` and the sentences are the whole deadline's."""

    id: str
    precision: Box
    parts: tuple[tuple[str, Box], ...]
    errors: tuple[str, ...]
    warnings: tuple[str, ...]


class Lists:
    """Every select's options; those of records are given, the others are the same on every page."""

    def __init__(self, bodies: Options, decisions: Options, projects: Options) -> None:
        self.bodies, self.decisions, self.projects = bodies, decisions, projects
        self.originals = Options([("", OWN_NAMES.items())], None)
        roles = [(Role.LEAD, capfirst(_("lead"))), (Role.CO_EXECUTOR, capfirst(_("co-executor")))]
        self.roles = Options([("", roles)], None)
        self.precisions = Options([("", _precisions())], _("to be agreed"))
        quarters = [(str(n), _("%(n)s quarter") % {"n": roman(n)}) for n in range(1, 5)]
        halves = [(str(n), _("%(n)s half") % {"n": roman(n)}) for n in range(1, 3)]
        self.parts = {
            "month": Options([("", [(str(n), str(name)) for n, name in MONTHS.items()])], _("month")),
            "quarter": Options([("", quarters)], _("quarter")),
            "half": Options([("", halves)], _("half")),
        }


def _precisions() -> list[tuple[str, str]]:
    return [
        (Precision.DAY, _("on a day")),
        (Precision.MONTH, _("in a month")),
        (Precision.QUARTER, _("in a quarter")),
        (Precision.HALF, _("in half a year")),
        (Precision.YEAR, _("in a year")),
        (Precision.ANNUAL, _("every year, by a day")),
        (Precision.CONTINUOUS, _("permanently, with reviews")),
    ]


class Maker:
    """Makes the boxes of one row. ``uid`` None is the head, whose names carry no identity."""

    def __init__(self, uid: UUID | None, row: str, lists: Lists, errors: Sentences, warnings: Sentences) -> None:
        self._uid, self._row, self._lists, self._errors, self._warnings = uid, row, lists, errors, warnings
        self._prefix = f"{uid}." if uid else ""

    def box(self, values: Values, name: str, label: str, options: Options | None = None, at: str = "") -> Box:
        """``at``: the field's place where it is not its name, as of the third executor."""
        place = at or name
        return Box(
            id=anchor(self._uid, place),
            name=f"{self._prefix}{name}",
            label=label,
            row=self._row,
            value=values[name],
            options=options.chosen(values[name]) if options else SafeString(""),
            errors=self._errors.get((self._uid, place), ()),
            warnings=self._warnings.get((self._uid, place), ()),
        )

    def text(self, values: Values, name: str, label: str, at: str = "") -> TextBox:
        place, own = at or name, reader()
        boxes = {
            code: LanguageBox(
                anchor(self._uid, f"{place}.{code}"), f"{self._prefix}{name}.{code}", code, values[f"{name}.{code}"]
            )
            for code in LANGUAGES
        }
        original = self.box(values, f"{name}.original", _("Original"), self._lists.originals, f"{place}.original")
        return TextBox(
            id=anchor(self._uid, place),
            label=label,
            row=self._row,
            own=boxes[own],
            others=tuple(box for code, box in boxes.items() if code != own),
            original=original,
            errors=self._errors.get((self._uid, place), ()),
        )

    def deadline(self, values: Values) -> DeadlineBoxes:
        labels = {
            "day": _("Day"),
            "month": _("Month"),
            "quarter": _("Quarter"),
            "half": _("Half"),
            "year": _("Year"),
            "review_every": _("Months between reviews"),
        }
        parts = ((part, self.box(values, part, label, self._lists.parts.get(part))) for part, label in labels.items())
        return DeadlineBoxes(
            id=anchor(self._uid, "deadline"),
            precision=self.box(values, "precision", _("Deadline"), self._lists.precisions),
            parts=tuple(parts),
            errors=self._errors.get((self._uid, "deadline"), ()),
            warnings=self._warnings.get((self._uid, "deadline"), ()),
        )

    def executors(self, line: Line) -> tuple[ExecutorBoxes, ...]:
        return tuple(self._executor(place, values) for place, values in enumerate(line.executors))

    def _executor(self, place: int, values: Values) -> ExecutorBoxes:
        at, words = f"executors.{place}", {"n": place + 1}
        organisation = _("Executor %(n)d: organisation") % words
        return ExecutorBoxes(
            place + 1,
            self.box(values, "organisation", organisation, self._lists.bodies, f"{at}.organisation"),
            self.box(values, "role", _("Executor %(n)d: role") % words, self._lists.roles, f"{at}.role"),
            self.text(values, "part", _("Executor %(n)d: own part") % words, f"{at}.part"),
        )
