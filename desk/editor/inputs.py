"""The inputs of the editor's forms: one for each kind of field in the table of fields."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.days import FIRST_PLANNED, LAST
from common.deadlines import LONGEST_REVIEW, TO_BE_AGREED, Deadline, Precision, last_day
from common.deadlines.value import PERIOD_MONTHS
from common.language import OWN_NAMES, reader_language
from common.text import MultilingualFormField, MultilingualWidget
from roadmaps.document.content import ExecutorRole
from roadmaps.document.fields import HIGHEST_NUMBER, DocumentField, FieldKind
from roadmaps.document.numbering import roman

# what the selects offer, by kind of record: (code, name), or (group, such pairs)
Choices = Mapping[FieldKind, Iterable[tuple[str, Any]]]

_WHOLE: Final = re.compile(r"[0-9]{1,4}")
# what a select says where nothing is chosen, and of a code that it does not offer
_CODE_WORDS: Final = {
    FieldKind.ORGANISATION: (
        gettext_lazy("no organisation"),
        gettext_lazy("There is no organisation with the code %(value)s."),
    ),
    FieldKind.DECISION: (gettext_lazy("no decision"), gettext_lazy("There is no decision with the code %(value)s.")),
    FieldKind.PROJECT: (gettext_lazy("no project"), gettext_lazy("There is no project with the code %(value)s.")),
}
_PRECISIONS: Final = [
    ("", gettext_lazy("to be agreed")),
    (Precision.DAY.value, gettext_lazy("on a day")),
    (Precision.MONTH.value, gettext_lazy("in a month")),
    (Precision.QUARTER.value, gettext_lazy("in a quarter")),
    (Precision.HALF.value, gettext_lazy("in half a year")),
    (Precision.YEAR.value, gettext_lazy("in a year")),
    (Precision.ANNUAL.value, gettext_lazy("every year, by a day")),
    (Precision.CONTINUOUS.value, gettext_lazy("permanently, with reviews")),
]
# the controls of a deadline beside its precision: label, highest number, what to do where it is missing or wrong
_PARTS: Final[dict[str, tuple[str | Promise, int, str | Promise]]] = {
    "day": (gettext_lazy("Day"), 9999, gettext_lazy("Write the day of the month, such as 30.")),
    "month": (gettext_lazy("Month"), 12, gettext_lazy("Choose the month.")),
    "quarter": (gettext_lazy("Quarter"), 4, gettext_lazy("Choose the quarter.")),
    "half": (gettext_lazy("Half"), 2, gettext_lazy("Choose the half of the year.")),
    "year": (gettext_lazy("Year"), 9999, gettext_lazy("Write the year in four digits, such as 2027.")),
    "review_every": (
        gettext_lazy("Months between reviews"),
        LONGEST_REVIEW,
        gettext_lazy("Write after how many months the next review follows, from 1 to %(most)d."),
    ),
}


def input_of(field: DocumentField, choices: Choices, stored: Mapping[FieldKind, Iterable[str]]) -> forms.Field:
    """Return the input of a field. Codes that are ``stored`` may stay, also where the person cannot see the record."""
    label: Any = field.label
    match field.kind:
        case FieldKind.TEXT:
            return MultilingualFormField(
                label=label,
                max_length=field.longest,
                multiline=True,
                required=field.required,
                error_messages={"required": _("Write what this is: a row says so in at least one language.")},
                widget=RowTextWidget(label),
            )
        case FieldKind.NUMBER:
            return NumberField(label=label)
        case FieldKind.DEADLINE:
            return DeadlineField(label=label)
        case FieldKind.ROLE:
            return forms.TypedChoiceField(
                coerce=ExecutorRole,
                choices=[
                    (ExecutorRole.LEAD.value, capfirst(_("lead"))),
                    (ExecutorRole.CO_EXECUTOR.value, capfirst(_("co-executor"))),
                ],
                label=label,
                error_messages={"invalid_choice": _("Choose lead or co-executor.")},
                widget=KeepingSelect,
            )
    return CodeField(field, choices.get(field.kind, ()), stored.get(field.kind, ()))


def whole_number(value: object, most: int, sentence: str | Promise) -> int:
    """Read a number from 1 in the digits 0 to 9; those of other scripts are refused. Raises: ValidationError."""
    typed = str(value or "").strip()
    if not _WHOLE.fullmatch(typed) or not 1 <= int(typed) <= most:
        raise ValidationError(str(sentence) % {"most": most}, code="invalid")
    return int(typed)


class NumericInput(forms.TextInput):
    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "numeric", "maxlength": "9", "autocomplete": "off", **(attrs or {})})


class KeepingSelect(forms.Select):
    """A select that also shows a value that it does not offer: nothing that was sent is lost."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        groups = super().optgroups(name, value, attrs)
        is_offered = any(option["selected"] for _name, options, _index in groups for option in options)
        if value and value[0] and not is_offered:
            groups.append((None, [self.create_option(name, value[0], value[0], True, len(groups))], len(groups)))
        return groups


class NumberField(forms.CharField):
    """A row's number."""

    widget = NumericInput

    def clean(self, value: Any) -> Any:
        return whole_number(value, HIGHEST_NUMBER, _("A number is a whole number from 1 to %(most)d."))


class CodeField(forms.TypedChoiceField):
    """The code of an organisation, a decision or a project; None where nothing is chosen."""

    widget = KeepingSelect

    def __init__(self, field: DocumentField, options: Iterable[Any], stored: Iterable[str]) -> None:
        blank, unknown = _CODE_WORDS[field.kind]
        words: dict[str, Any] = {"label": field.label, "error_messages": {"invalid_choice": unknown}}
        super().__init__(choices=[("", blank), *options], required=False, empty_value=None, **words)
        hidden = ((code, code) for code in sorted(stored) if not self.valid_value(code))
        self.choices = [*cast(list[Any], self.choices), *hidden]


class PartsWidget(forms.MultiWidget):
    """Several controls of one field. ``main`` is the one that has the label and takes the focus."""

    main: str
    widgets_names: list[str]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        parts = {sub["name"].removeprefix(f"{name}_"): sub for sub in context["widget"]["subwidgets"]}
        for part, sub in parts.items():
            if part != self.main:
                sub["attrs"].pop("autofocus", None)
                sub["attrs"].pop("aria-describedby", None)
        context["widget"] |= {"main": parts.pop(self.main), "parts": parts}
        return context

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Return whether any of the controls did not arrive."""
        return any(f"{name}{suffix}" not in data for suffix in self.widgets_names)


class RowTextWidget(PartsWidget, MultilingualWidget):
    """A text: the reader's language open, the other languages and the choice of the original folded."""

    template_name = "editor/text.html"

    @property
    def main(self) -> str:  # type: ignore[override]
        return reader_language()

    def __init__(self, label: Any) -> None:
        super().__init__(multiline=True, attrs={"aria-label": label})
        *inputs, original = self.widgets
        for widget in inputs:
            widget.attrs["rows"] = 1
        self.widgets = [*inputs, KeepingSelect(original.attrs, choices=list(OWN_NAMES.items()))]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_{self.widgets_names.index(f'_{self.main}')}"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        widget = context["widget"]
        widget["is_invalid"] = "aria-invalid" in (attrs or {})
        original = widget["parts"].pop("original")
        filled = {language: part for language, part in widget["parts"].items() if part["value"]}
        if not widget["main"]["value"]:  # what the text reads as, where the reader's language has none
            widget["elsewhere"] = filled.get("".join(original["value"])) or next(iter(filled.values()), None)
        widget |= {"label": self.attrs["aria-label"], "original": original}
        return context


class DeadlineWidget(PartsWidget):
    """How exactly the deadline is meant, and the parts of the date that this needs."""

    template_name = "editor/deadline.html"
    main = "precision"

    def __init__(self) -> None:
        quarters = [(str(n), _("%(n)s quarter") % {"n": roman(n)}) for n in range(1, 5)]
        halves = [(str(n), _("%(n)s half") % {"n": roman(n)}) for n in range(1, 3)]
        months = [(str(n), name) for n, name in MONTHS.items()]
        super().__init__(
            {
                "precision": KeepingSelect({"aria-label": _("How exactly")}, choices=_PRECISIONS),
                "day": NumericInput(),
                "month": KeepingSelect(choices=[("", _("month")), *months]),
                "quarter": KeepingSelect(choices=[("", _("quarter")), *quarters]),
                "half": KeepingSelect(choices=[("", _("half")), *halves]),
                "year": NumericInput(),
                "review_every": NumericInput(),
            }
        )

    def decompress(self, value: Deadline | None) -> list[Any]:
        typed: dict[str, Any] = dict.fromkeys([self.main, *_PARTS], "")
        if value and value.due_on and value.precision:
            day, months = value.due_on, PERIOD_MONTHS.get(value.precision)
            typed |= {"precision": value.precision.value, "year": day.year, "review_every": value.review_every or ""}
            if months is None:
                typed |= {"day": day.day, "month": day.month}
            elif months < 12:
                typed[value.precision.value] = (day.month - 1) // months + 1
        return list(typed.values())

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for part, sub in context["widget"]["parts"].items():
            sub["label"] = _PARTS[part][0]
        return context


class DeadlineField(forms.Field):
    """A deadline, read from the parts that its precision needs; the other parts are ignored."""

    widget = DeadlineWidget

    def clean(self, value: Any) -> Deadline:
        """Raises: ValidationError, for a day that is in no calendar and for what is missing."""
        typed = dict(zip(["precision", *_PARTS], value or [], strict=False))

        def number(part: str) -> int:
            return whole_number(typed.get(part), *_PARTS[part][1:])

        if not typed.get("precision"):
            return TO_BE_AGREED
        try:
            precision = Precision(typed["precision"])
        except ValueError as error:
            raise ValidationError(_("Choose how exactly the deadline is meant."), code="invalid") from error
        year = number("year")
        if not FIRST_PLANNED.year <= year <= LAST.year:
            words = {"first": FIRST_PLANNED.year, "last": LAST.year}
            raise ValidationError(_("A deadline is in a year from %(first)d to %(last)d.") % words, code="invalid")
        if precision in PERIOD_MONTHS:  # a part of the year is named as its precision
            part = None if precision is Precision.YEAR else number(precision.value)
            return Deadline(last_day(precision, year, part), precision)
        review = number("review_every") if precision is Precision.CONTINUOUS else None
        parts = {"day": number("day"), "month": number("month"), "year": year}
        try:
            day = date(**parts)
        except ValueError as error:
            sentence = _("There is no day %(day)d in month %(month)d of %(year)d.") % parts
            raise ValidationError(sentence, code="invalid") from error
        return Deadline(day, precision, review)
