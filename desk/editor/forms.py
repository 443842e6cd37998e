"""The form of one row, made from the table of fields."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.editor.inputs import Choices, input_of
from desk.editor.targets import Values, fields_of
from roadmaps.document.content import ExecutorContent, ExecutorRole
from roadmaps.document.fields import FieldKind, RowKind

MOST_EXECUTORS: Final = 40  # of one milestone
ADD_EXECUTOR: Final = "add"
HELP: Final = {
    "reason": gettext_lazy("Both sides read it beside the changes; it is signed with the text."),
    "note": gettext_lazy("Shown above the table. In an empty road map it says why there are no rows."),
}
INCOMPLETE: Final = gettext_lazy("A part of this form did not arrive whole: nothing was saved.")


class FieldsForm(forms.Form):
    """Inputs for the fields of one kind of row; codes that are ``stored`` may stay."""

    kind: RowKind

    use_required_attribute = False

    def __init__(
        self, *args: Any, choices: Choices, stored: Mapping[FieldKind, Iterable[str]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for field in fields_of(self.kind):
            if field.kind != FieldKind.EXECUTORS:
                made = self.fields[field.name] = input_of(field, choices, stored or {})
                made.help_text = HELP.get(field.name, "")
                made.kind = field.kind  # type: ignore[attr-defined]  # for the template

    def clean(self) -> dict[str, Any]:
        if any(bound.field.widget.value_omitted_from_data(self.data, self.files, bound.html_name) for bound in self):
            raise ValidationError(INCOMPLETE)
        return self.cleaned_data

    @property
    def typed(self) -> Values:
        """Return what the browser sent, to be shown again."""
        return {bound.name: bound.data for bound in self}


class ExecutorForm(FieldsForm):
    """One executor of a milestone; where nothing is chosen or written it says nothing."""

    kind = RowKind.EXECUTOR

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("part") and not cleaned.get("organisation") and "organisation" not in self.errors:
            self.add_error("organisation", _("Choose the organisation whose part this is."))
        return cleaned


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

    ``values`` are shown where ``data`` is None: stored ones, or what was typed (`typed`).
    """

    def __init__(
        self,
        kind: RowKind,
        key: str,
        choices: Choices,
        *,
        stored: Mapping[FieldKind, Iterable[str]] | None = None,
        values: Mapping[str, Any] | None = None,
        data: QueryDict | None = None,
    ) -> None:
        self.kind = kind
        values = values or {}
        super().__init__(data, initial=values, auto_id=f"f-{key}-%s", choices=choices, stored=stored)
        self.executors: Any = None
        if any(field.kind == FieldKind.EXECUTORS for field in fields_of(kind)):
            self.executors = Executors(
                data,
                initial=[_executor_values(one) for one in values.get("executors", ())],
                auto_id=f"f-{key}-%s",
                prefix="executors",
                form_kwargs={"choices": choices, "stored": stored},
                error_messages={
                    "missing_management_form": str(INCOMPLETE),
                    "too_many_forms": _("A milestone has at most %(num)d executors.") % {"num": MOST_EXECUTORS},
                },
            )

    def is_valid(self) -> bool:
        valid = super().is_valid()
        return (self.executors is None or self.executors.is_valid()) and valid

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("funding_organisation") and cleaned.get("funding_text"):
            sentence = _("The funding source is an organisation or a text, not both: empty one of them.")
            self.add_error("funding_text", sentence)
        return cleaned

    @property
    def values(self) -> Values:
        """Return the values of the fields; of a valid form."""
        if self.executors is None:
            return self.cleaned_data
        rows = (form.cleaned_data for form in self.executors.forms)
        return self.cleaned_data | {"executors": tuple(ExecutorContent(**row) for row in rows if row["organisation"])}

    @property
    def typed(self) -> Values:
        rows = {} if self.executors is None else {"executors": [form.typed for form in self.executors.forms]}
        return super().typed | rows

    def refuse(self, field: str, sentence: str) -> None:
        """Add an error that only a service finds; ``field`` "" is the whole row."""
        if field == "executors" and self.executors is not None:
            self.executors.non_form_errors().append(sentence)
        else:
            self.add_error(field if field in self.fields else None, sentence)

    def show_theirs(self, theirs: Mapping[str, Any]) -> None:
        """Set beside each field that both changed what the other has written."""
        for name, printed in theirs.items():
            owner: Any = self.executors if name == "executors" else self.fields[name]
            owner.theirs = printed

    @property
    def error_count(self) -> int:
        """Return how many sentences say what to fix."""
        count = sum(len(errors) for form in self._forms for errors in form.errors.values())
        return count + (len(self.executors.non_form_errors()) if self.executors is not None else 0)

    def focus_first(self) -> None:
        """Give the focus to the first field with an error, else to the first field."""
        fields: list[BoundField] = [field for form in self._forms for field in form]
        wrong = [field for field in fields if self.is_bound and field.errors]
        if not wrong and self.is_bound and self.executors and self.executors.non_form_errors():
            wrong = [form["organisation"] for form in self.executors.forms]
        (wrong or fields)[0].field.widget.attrs["autofocus"] = True

    def focus_last(self) -> None:
        """Give the focus to the organisation of the last executor."""
        self.executors.forms[-1].fields["organisation"].widget.attrs["autofocus"] = True

    @property
    def _forms(self) -> list[FieldsForm]:
        """Return this form and those of the executors, in the order of reading."""
        return [self, *(self.executors.forms if self.executors is not None else ())]


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
