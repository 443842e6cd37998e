"""Filters that refuse unknown parameters: a misspelt one would otherwise return everything, unnoticed."""

from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from common.days import FIRST_PAST, DayField

COMMON: Final = ("lang",)
OF_LISTS: Final = ("cursor", "ordering", "page_size")
MOST_VALUES: Final = 50  # of one filter, with commas between


def refuse_unknown(request: Request, known: list[str]) -> None:
    """Raises: ValidationError for parameters that are unknown, empty or given twice, each by its name."""
    wrong = {}
    for name, values in request.query_params.lists():
        if name not in known:
            wrong[name] = _("Unknown parameter. Use one of: %(names)s.") % {"names": ", ".join(known)}
        elif len(values) > 1:
            wrong[name] = _("Use this parameter only once.")
        elif not values[0].strip():
            wrong[name] = _("This parameter is empty. Give it a value or leave it out.")
    if wrong:
        raise ValidationError(wrong)


class StrictFilterBackend(filters.DjangoFilterBackend):
    """Filters like django-filter, and refuses the parameters that it would ignore."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset_class = self.get_filterset_class(view, queryset)
        own = list(filterset_class.base_filters) if filterset_class else []
        refuse_unknown(request, sorted([*own, *COMMON, *OF_LISTS]))
        if not any(name in request.query_params for name in own):
            return queryset  # saves building the form of all filters
        filtered: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return filtered


class DayFilter(filters.DateFilter):
    """A date in the form 2025-06-30 and in no other: 06/07 is ambiguous."""

    field_class = DayField

    def __init__(self, field_name: str, lookup_expr: str, **kwargs: Any) -> None:
        super().__init__(field_name, lookup_expr, first=FIRST_PAST, **kwargs)


class ChoicesFilter(filters.BaseInFilter, filters.ChoiceFilter):
    """One of the choices, or several with commas between."""


class YesNoField(forms.Field):
    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        if value not in ("true", "false"):
            raise forms.ValidationError(_("Write true or false."), code="invalid")
        return bool(value == "true")


class YesNoFilter(filters.BooleanFilter):
    """`true` or `false`; the library's own filter ignores any other value."""

    field_class = YesNoField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=forms.TextInput, **kwargs)


def since(column: str) -> DayFilter:
    return DayFilter(column, "gte", label="On this date or later.")


def until(column: str) -> DayFilter:
    return DayFilter(column, "lte", label="On this date or earlier.")
