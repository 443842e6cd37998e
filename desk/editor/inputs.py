"""The inputs of the editor's forms: one for each kind of field in the table of fields."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.deadlines import LONGEST_REVIEW, TO_BE_AGREED, Deadline, Precision, last_day
from common.language import OWN_NAMES, reader_language
from common.text import MultilingualFormField, MultilingualWidget
from roadmaps.document.content import ExecutorRole
from roadmaps.document.fields import HIGHEST_NUMBER, DocumentField
from roadmaps.document.numbering import roman

Option = tuple[str, Any]

_WHOLE: Final = re.compile(r"[0-9]{1,4}")
# the part of the year that a precision names beside the year itself, and how many there are
_PARTS: Final = {
    Precision.MONTH: ("month", 12),
    Precision.QUARTER: ("quarter", 4),
    Precision.HALF: ("half", 2),
    Precision.YEAR: ("", 0),
}


def whole_number(value: object, least: int, most: int, sentence: str) -> int:
    """Read a whole number in the digits 0 to 9; those of other scripts are refused. Raises: ValidationError."""
    typed = str(value or "").strip()
    if not _WHOLE.fullmatch(typed) or not least <= int(typed) <= most:
        raise ValidationError(sentence, code="invalid")
    return int(typed)


class NumericInput(forms.TextInput):
    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "numeric", "maxlength": "9", "autocomplete": "off", **(attrs or {})})


class KeepingSelect(forms.Select):
    """A select that also shows a value that it does not offer: nothing that was sent is lost."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        groups = super().optgroups(name, value, attrs)
        if (
            value
            and value[0]
            and not any(option["selected"] for _name, options, _index in groups for option in options)
        ):
            groups.append((None, [self.create_option(name, value[0], value[0], True, len(groups))], len(groups)))
        return groups


class NumberField(forms.CharField):
    """A row's number."""

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, widget=NumericInput)

    def clean(self, value: Any) -> Any:
        sentence = _("A number is a whole number from 1 to %(most)d.") % {"most": HIGHEST_NUMBER}
        return whole_number(value, 1, HIGHEST_NUMBER, sentence)


class CodeField(forms.ChoiceField):
    """The code of an organisation, a decision or a project; None where nothing is chosen."""

    def __init__(self, options: Iterable[Any], blank: str, unknown: str, label: Any) -> None:
        self.unknown = unknown
        super().__init__(choices=[("", blank), *options], required=False, label=label, widget=KeepingSelect)

    def clean(self, value: Any) -> Any:
        if value and not self.valid_value(value):
            raise ValidationError(self.unknown % {"code": str(value)[:64]}, code="invalid_choice")
        return value or None

    def keep(self, codes: Iterable[str]) -> None:
        """Offer what is stored already, also where the person cannot see its record."""
        offered = cast(list[Any], self.choices)
        self.choices = [*offered, *((code, code) for code in sorted(codes) if not self.valid_value(code))]


class RoleField(forms.ChoiceField):
    def __init__(self, label: Any) -> None:
        roles = [
            (ExecutorRole.LEAD.value, capfirst(_("lead"))),
            (ExecutorRole.CO_EXECUTOR.value, capfirst(_("co-executor"))),
        ]
        messages = {"invalid_choice": _("Choose lead or co-executor.")}
        super().__init__(choices=roles, label=label, error_messages=messages, widget=KeepingSelect)

    def clean(self, value: Any) -> Any:
        return ExecutorRole(super().clean(value))


def suffixes(widget: forms.Widget) -> list[str]:
    """Return what the name of a field is continued with in the names of its controls."""
    names: list[str] = getattr(widget, "widgets_names", [""])
    return names


class PartsWidget(forms.MultiWidget):
    """Several controls of one field, each rendered for the template. ``main`` takes the focus."""

    main: str

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        names = (suffix.lstrip("_") for suffix in suffixes(self))
        parts = dict(zip(names, context["widget"]["subwidgets"], strict=True))
        for part, sub in parts.items():
            if part != self.main:
                sub["attrs"].pop("autofocus", None)
                sub["attrs"].pop("aria-describedby", None)
            sub["html"] = self._render(sub["template_name"], {"widget": sub})  # type: ignore[attr-defined]
        context["widget"]["parts"] = parts
        return context


class RowTextWidget(PartsWidget, MultilingualWidget):
    """A text: the reader's language open, the other languages and the choice of the original folded."""

    @property
    def main(self) -> str:  # type: ignore[override]
        return reader_language()

    def __init__(self, label: Any) -> None:
        super().__init__(multiline=True, attrs={"aria-label": label})
        *inputs, original = self.widgets
        for widget in inputs:
            widget.attrs["rows"] = 1
        self.widgets = [*inputs, KeepingSelect(original.attrs, choices=list(OWN_NAMES.items()))]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        parts = dict(context["widget"]["parts"])
        original, own = parts.pop("original"), parts.pop(self.main)
        filled = {language: part for language, part in parts.items() if part["value"]}
        chosen = original["value"][0] if original["value"] else ""
        # what the text reads as, where the reader's language has none
        elsewhere = None if own["value"] else filled.get(chosen) or next(iter(filled.values()), None)
        context["widget"] |= {"own": own, "others": parts.values(), "original": original, "elsewhere": elsewhere}
        return context


class RowTextField(MultilingualFormField):
    def __init__(self, field: DocumentField) -> None:
        missing = gettext_lazy("Write what this is: a row says so in at least one language.")
        super().__init__(
            label=field.label,
            max_length=field.longest,
            required=field.required,
            widget=RowTextWidget(field.label),
            error_messages={"required": missing},
        )


class DeadlineWidget(PartsWidget):
    """How exactly the deadline is meant, and the parts of the date that this needs."""

    main = "precision"

    def __init__(self) -> None:
        quarters = [(str(n), _("%(n)s quarter") % {"n": roman(n)}) for n in range(1, 5)]
        halves = [(str(n), _("%(n)s half") % {"n": roman(n)}) for n in range(1, 3)]
        self.labels = {
            "precision": _("How exactly"),
            "day": _("Day"),
            "month": _("Month"),
            "quarter": _("Quarter"),
            "half": _("Half"),
            "year": _("Year"),
            "review_every": _("Months between reviews"),
        }
        super().__init__(
            {
                "precision": KeepingSelect(
                    {"aria-label": self.labels["precision"]}, choices=[("", _("to be agreed")), *_precisions()]
                ),
                "day": NumericInput(),
                "month": KeepingSelect(choices=[("", _("month")), *((str(n), name) for n, name in MONTHS.items())]),
                "quarter": KeepingSelect(choices=[("", _("quarter")), *quarters]),
                "half": KeepingSelect(choices=[("", _("half")), *halves]),
                "year": NumericInput(),
                "review_every": NumericInput(),
            }
        )

    def decompress(self, value: Deadline | None) -> list[str]:
        typed = dict.fromkeys(self.labels, "")
        if value and value.due_on and value.precision:
            day, precision = value.due_on, value.precision
            typed |= {"precision": precision.value, "year": str(day.year)}
            if precision not in _PARTS:
                typed |= {"day": str(day.day), "month": str(day.month)}
            elif part := _PARTS[precision][0]:
                months = 12 // _PARTS[precision][1]
                typed[part] = str((day.month - 1) // months + 1)
            typed["review_every"] = str(value.review_every or "")
        return list(typed.values())

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for part, label in self.labels.items():
            context["widget"]["parts"][part]["label"] = label
        return context


class DeadlineField(forms.Field):
    """A deadline, read from the parts that its precision needs; the other parts are ignored."""

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, required=False, widget=DeadlineWidget())

    def clean(self, value: Any) -> Any:
        return _deadline(dict(zip(cast(DeadlineWidget, self.widget).labels, value or [], strict=False)))


def _precisions() -> list[Option]:
    return [
        (Precision.DAY.value, _("on a day")),
        (Precision.MONTH.value, _("in a month")),
        (Precision.QUARTER.value, _("in a quarter")),
        (Precision.HALF.value, _("in half a year")),
        (Precision.YEAR.value, _("in a year")),
        (Precision.ANNUAL.value, _("every year, by a day")),
        (Precision.CONTINUOUS.value, _("permanently, with reviews")),
    ]


def _deadline(typed: dict[str, Any]) -> Deadline:
    """Raises: ValidationError, for a day that is in no calendar and for what is missing."""
    if not typed.get("precision"):
        return TO_BE_AGREED
    try:
        precision = Precision(typed["precision"])
    except ValueError as error:
        raise ValidationError(_("Choose how exactly the deadline is meant."), code="invalid") from error
    year = whole_number(typed.get("year"), 1, 9999, _("Write the year in four digits, such as 2027."))
    if precision in _PARTS:
        return Deadline(last_day(precision, year, _part(precision, typed)), precision)
    review = None
    if precision is Precision.CONTINUOUS:
        sentence = _("Write after how many months the next review follows, from 1 to %(most)d.")
        review = whole_number(typed.get("review_every"), 1, LONGEST_REVIEW, sentence % {"most": LONGEST_REVIEW})
    return Deadline(_day(year, typed), precision, review)


def _part(precision: Precision, typed: dict[str, Any]) -> int | None:
    name, most = _PARTS[precision]
    sentences = {
        "month": _("Choose the month."),
        "quarter": _("Choose the quarter."),
        "half": _("Choose the half of the year."),
    }
    return whole_number(typed.get(name), 1, most, sentences[name]) if name else None


def _day(year: int, typed: dict[str, Any]) -> date:
    day = whole_number(typed.get("day"), 1, 9999, _("Write the day of the month, such as 30."))
    month = whole_number(typed.get("month"), 1, 12, _("Choose the month."))
    try:
        return date(year, month, day)
    except ValueError as error:
        words = {"day": day, "month": month, "year": year}
        sentence = _("There is no day %(day)d in month %(month)d of %(year)d.") % words
        raise ValidationError(sentence, code="invalid") from error
