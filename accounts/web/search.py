"""Find records by their texts, in any language."""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_
from typing import Any, TypeVar, cast

from django.db.models import Field, Model, Q, QuerySet

from common.language import LANGUAGES
from common.text import MultilingualField

M = TypeVar("M", bound=Model)


def matching(queryset: QuerySet[M, Any], lookups: Iterable[str], pattern: str) -> QuerySet[M, Any]:
    """Return the records of ``queryset`` in which a text at one of ``lookups`` matches; each comes once.

    ``pattern`` is that of `common.text.search_pattern`.
    """
    model = queryset.model
    found = reduce(or_, (Q(**{f"{path}__iregex": pattern}) for path in _paths(model, lookups)))
    return queryset.filter(pk__in=model._default_manager.filter(found).order_by().values("pk"))


def _paths(model: type[Model], lookups: Iterable[str]) -> Iterator[str]:
    for lookup in lookups:
        if isinstance(_field_at(model, lookup), MultilingualField):
            yield from (f"{lookup}__texts__{language}" for language in LANGUAGES)
        else:
            yield lookup


def _field_at(model: type[Model], lookup: str) -> "Field[Any, Any]":
    """Return the field at which a lookup ends."""
    first, _sep, rest = lookup.partition("__")
    field = model._meta.get_field(first)
    return _field_at(cast(Any, field).related_model, rest) if rest else cast("Field[Any, Any]", field)
