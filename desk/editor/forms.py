"""The form of one row, made from the table of fields."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.editor.inputs import CodeField, DeadlineField, NumberField, RoleField, RowTextField, suffixes
from desk.editor.targets import Values, fields_of
from roadmaps.document.content import ExecutorContent, ExecutorRole
from roadmaps.document.fields import DocumentField, FieldKind, RowKind

MOST_EXECUTORS: Final = 40  # of one milestone
ADD_EXECUTOR: Final = "add"
_CODES: Final = (FieldKind.ORGANISATION, FieldKind.DECISION, FieldKind.PROJECT)
HELP: Final = {
    "reason": gettext_lazy("Both sides read it beside the changes; it is signed with the text."),
    "note": gettext_lazy("Shown above the table. In an empty road map it says why there are no rows."),
}


@dataclass(frozen=True)
class Choices:
    """What the selects offer: (code, name) of the records that the person can see, the organisations by side."""

    organisations: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    decisions: tuple[tuple[str, str], ...]
    projects: tuple[tuple[str, str], ...]

    def field(self, field: DocumentField) -> forms.Field:
        """Return the input of a field."""
        label = field.label
        match field.kind:
            case FieldKind.TEXT:
                return RowTextField(field)
            case FieldKind.NUMBER:
                return NumberField(label)
            case FieldKind.DEADLINE:
                return DeadlineField(label)
            case FieldKind.ROLE:
                return RoleField(label)
            case FieldKind.ORGANISATION:
                unknown = _("There is no organisation with the code %(code)s.")
                return CodeField(self.organisations, _("no organisation"), unknown, label)
            case FieldKind.DECISION:
                unknown = _("There is no decision with the code %(code)s.")
                return CodeField(self.decisions, _("no decision"), unknown, label)
            case FieldKind.PROJECT:
                unknown = _("There is no project with the code %(code)s.")
                return CodeField(self.projects, _("no project"), unknown, label)
        raise NotImplementedError(f"There is no input for {field.kind}.")


class FieldsForm(forms.Form):
    """Inputs for the fields of one kind of row. ``stored`` holds the codes that may stay."""

    kind: RowKind

    use_required_attribute = False

    def __init__(self, *args: Any, choices: Choices, stored: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in fields_of(self.kind):
            if field.kind == FieldKind.EXECUTORS:
                continue
            made = self.fields[field.name] = choices.field(field)
            made.help_text = HELP.get(field.name, "")
            made.kind = field.kind  # type: ignore[attr-defined]  # for the template
            if isinstance(made, CodeField):
                made.keep(stored)

    @property
    def raw_values(self) -> Values:
        """Return what the browser sent, to be shown again."""
        return {bound.name: bound.data for bound in self}

    @property
    def missing(self) -> list[str]:
        """Return the names of the inputs that did not arrive."""
        return [name for name in self._names() if name not in self.data]

    def _names(self) -> Iterator[str]:
        for bound in self:
            yield from (f"{bound.html_name}{suffix}" for suffix in suffixes(bound.field.widget))


class ExecutorForm(FieldsForm):
    """One executor of a milestone; where nothing is chosen or written it says nothing."""

    kind = RowKind.EXECUTOR

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("part") and not cleaned.get("organisation") and "organisation" not in self.errors:
            self.add_error("organisation", _("Choose the organisation whose part this is."))
        return cleaned

    @property
    def executor(self) -> ExecutorContent | None:
        values = self.cleaned_data
        return ExecutorContent(**values) if values.get("organisation") else None


class BaseExecutors(forms.BaseFormSet[ExecutorForm]):
    def clean(self) -> None:
        """An organisation is named once."""
        named: set[str] = set()
        for form in self.forms:
            code = form.cleaned_data.get("organisation") if form.is_valid() else None
            if code in named:
                form.add_error("organisation", _("This organisation is named twice: it is lead or co-executor, once."))
            elif code:
                named.add(code)
        if any(form.missing for form in self.forms):
            raise ValidationError(_("The executors did not arrive whole: nothing was saved."))

    @property
    def raw_values(self) -> list[Values]:
        return [form.raw_values for form in self.forms]

    @property
    def executors(self) -> tuple[ExecutorContent, ...]:
        return tuple(executor for form in self.forms if (executor := form.executor))


Executors = forms.formset_factory(
    ExecutorForm,
    formset=BaseExecutors,
    extra=0,
    max_num=MOST_EXECUTORS,
    absolute_max=MOST_EXECUTORS + 1,
    validate_max=True,
)


class RowForm(FieldsForm):
    """One row of the road map, or its head.

    ``values`` are shown where ``data`` is None: stored ones, or what was typed (`typed_values`).
    """

    def __init__(
        self,
        kind: RowKind,
        key: str,
        choices: Choices,
        *,
        stored: Values | None = None,
        values: Mapping[str, Any] | None = None,
        data: QueryDict | None = None,
    ) -> None:
        self.kind = kind
        values, codes = values or {}, _codes(kind, stored or {})
        super().__init__(data, initial=values, auto_id=f"f-{key}-%s", choices=choices, stored=codes)
        self.executors: Any = None
        if any(field.kind == FieldKind.EXECUTORS for field in fields_of(kind)):
            self.executors = Executors(
                data,
                initial=[_executor_values(one) for one in values.get("executors", ())],
                auto_id=f"f-{key}-%s",
                prefix="executors",
                form_kwargs={"choices": choices, "stored": codes},
                error_messages={
                    "missing_management_form": _("The executors did not arrive whole: nothing was saved."),
                    "too_many_forms": _("A milestone has at most %(num)d executors.") % {"num": MOST_EXECUTORS},
                },
            )

    def is_valid(self) -> bool:
        valid = super().is_valid()
        return (self.executors is None or self.executors.is_valid()) and valid

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if self.missing:
            raise ValidationError(_("A part of this form did not arrive: nothing was saved."))
        if cleaned.get("funding_organisation") and cleaned.get("funding_text"):
            sentence = _("The funding source is an organisation or a text, not both: empty one of them.")
            self.add_error("funding_text", sentence)
        return cleaned

    @property
    def values(self) -> Values:
        """Return the values of the fields; of a valid form."""
        return self.cleaned_data | ({"executors": self.executors.executors} if self.executors is not None else {})

    @property
    def typed_values(self) -> Values:
        """Return what the browser sent, to be shown again."""
        return self.raw_values | ({"executors": self.executors.raw_values} if self.executors is not None else {})

    def refuse(self, field: str, sentence: str) -> None:
        """Add an error that only a service finds; ``field`` "" is the whole row."""
        if field == "executors" and self.executors is not None:
            self.executors.non_form_errors().append(sentence)
        else:
            self.add_error(field if field in self.fields else None, sentence)

    @property
    def error_count(self) -> int:
        """Return how many sentences say what to fix."""
        count = sum(len(errors) for errors in self.errors.values())
        if self.executors is None:
            return count
        rows = sum(len(errors) for form in self.executors.forms for errors in form.errors.values())
        return count + rows + len(self.executors.non_form_errors())

    @property
    def bound_fields(self) -> list[BoundField]:
        """Return every field in the order of reading, those of the executors included."""
        executors = self.executors.forms if self.executors is not None else ()
        return [field for form in (self, *executors) for field in form]

    def focus_first(self) -> None:
        """Give the focus to the first field with an error, else to the first field."""
        fields = self.bound_fields
        wrong = [field for field in fields if self.is_bound and field.errors]
        if not wrong and self.is_bound and self.executors and self.executors.non_form_errors():
            wrong = [form["organisation"] for form in self.executors.forms]
        (wrong or fields)[0].field.widget.attrs["autofocus"] = True

    def focus_last(self) -> None:
        """Give the focus to the organisation of the last executor."""
        self.executors.forms[-1].fields["organisation"].widget.attrs["autofocus"] = True


def changed_executors(values: Values, button: str) -> Values:
    """Return what was typed with one more executor, or without the one that the button names (``remove-2``)."""
    rows = list(values.get("executors", ()))
    place = button.removeprefix("remove-")
    if button == ADD_EXECUTOR and len(rows) < MOST_EXECUTORS:
        rows.append({"role": ExecutorRole.CO_EXECUTOR.value})
    elif place.isascii() and place.isdigit() and len(place) < 3 and int(place) < len(rows):
        del rows[int(place)]
    return values | {"executors": rows}


def _executor_values(executor: ExecutorContent | Values) -> Values:
    if isinstance(executor, dict):
        return executor
    return {field.name: getattr(executor, field.name) for field in fields_of(RowKind.EXECUTOR)}


def _codes(kind: RowKind, values: Values) -> set[str]:
    """Return the codes of records in the values."""
    names = [field.name for field in fields_of(kind) if field.kind in _CODES]
    executors = {executor.organisation for executor in values.get("executors", ())}
    return executors | {values[name] for name in names if values.get(name)}
