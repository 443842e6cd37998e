"""The form of every screen of a plain record: scoped choices, a reason, and stale edits shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.policy.actors import Actor
from accounts.policy.history import history_of
from accounts.policy.naming import actor_of_row, named
from accounts.web.history import in_words
from audit.models import Audited
from common.text import LineField

M = TypeVar("M", bound=models.Model)

EXTRA = ("reason", "based_on")


def only_one(choices: models.QuerySet[M, Any]) -> M | None:
    """Return the record that a form may choose for its person, as there is no other; None where there is a choice."""
    found = list(choices.order_by()[:2])
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Conflicting:
    """A field that somebody else changed: its value when the edit began, now, and as typed."""

    name: str
    label: str
    opened: str
    now: str
    yours: str
    untouched: bool


@dataclass(frozen=True)
class Conflict:
    """Who changed the record in the meantime, when, and which fields."""

    who: str
    side: str
    at: datetime
    rows: tuple[Conflicting, ...]


class ScopedForm(forms.ModelForm[M]):
    """Carries the version it was based on. If that is not the newest, nothing is saved and nothing typed is lost.

    The page then shows `conflict`; for each of its fields the person chooses which value stays (``keep-FIELD``).
    """

    actor: Actor  # set by the screen's get_form
    reason = LineField(
        label=_("Reason for the change"),
        max_length=1000,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("Both sides can read it in the history."),
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_change = self.instance.pk is not None
        if "reason" in self.fields:
            self.fields["reason"].required = self.is_change
        self.initial["based_on"] = cast(Audited, self.instance).row_version

    @cached_property
    def before(self) -> Audited | None:
        """Return the record as it stands in the database, read before the form touches its instance."""
        if not self.is_change:
            return None
        return cast(Audited, type(self.instance)._default_manager.get(pk=self.instance.pk))

    @cached_property
    def conflict(self) -> Conflict | None:
        """Return what somebody else changed since this edit began, or None. Known once the form is bound."""
        now, based_on = self.before, self._based_on()
        if now is None or based_on == now.row_version:
            return None
        history = history_of(self.actor, now)
        opened, newest = history.filter(row_version=based_on).first(), history.first()
        if newest is None:
            return None
        rows = tuple(self._conflicting(field, opened, now) for field in self._typed_fields())
        return Conflict(
            who=named(self.actor, [actor_of_row(newest)])[0],
            side=newest.act_side,
            at=newest.history_date,
            rows=tuple(row for row in rows if row is not None),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        before = self.before
        if before is None:
            return cleaned
        if self.conflict:
            # what was typed stays in the form; the next attempt is based on what the person has now seen
            data = cast(QueryDict, self.data).copy()
            data[self.add_prefix("based_on")] = str(before.row_version)
            self.data = data
            message = _("Someone else has changed this record. Choose which values to keep, then save again.")
            raise ValidationError(message, code="stale")
        for field in self._typed_fields():
            if self.data.get(self.add_prefix(f"keep-{field.name}")) == "theirs":
                cleaned[field.name] = getattr(before, field.name)
                self.errors.pop(field.name, None)
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the stubs leave out what is meant to be extended
        if not self.errors:
            try:
                cast(Any, self.instance).check_change(self.before, self.actor.today)
                if self.is_change:  # the library leaves out rules over a column that is not in the form
                    self.instance.validate_unique()
                    self.instance.validate_constraints()
            except ValidationError as error:
                self._add_errors(error)

    def _add_errors(self, error: ValidationError) -> None:
        """Add errors at their fields, and those of columns that are not in the form to the whole."""
        by_field = error.update_error_dict({})
        for name, errors in by_field.items():
            self.add_error(name if name in self.fields else None, errors)

    def _based_on(self) -> int | None:
        try:
            return int(self.data.get(self.add_prefix("based_on"), ""))
        except ValueError:
            return None

    def _typed_fields(self) -> "list[models.Field[Any, Any]]":
        return [field for field in self.instance._meta.fields if field.name in self.fields]

    def _conflicting(self, field: "models.Field[Any, Any]", opened: Any, now: Audited) -> Conflicting | None:
        current = getattr(now, field.attname)
        at_opening = getattr(opened, field.attname) if opened is not None else None
        if opened is not None and current == at_opening:
            return None
        typed = self.cleaned_data.get(field.name)
        typed = typed.pk if isinstance(typed, models.Model) else typed
        return Conflicting(
            name=field.name,
            label=str(self.fields[field.name].label or field.verbose_name),
            opened=in_words(field, at_opening, self.actor),
            now=in_words(field, current, self.actor),
            yours=in_words(field, typed, self.actor),
            untouched=typed == at_opening,
        )
