"""Find records by their texts, in any language."""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import and_, or_
from typing import Any, Final, TypeVar, cast

from django.db.models import Expression, F, Field, Model, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from common.language import LANGUAGES
from common.text import Folded, MultilingualField

M = TypeVar("M", bound=Model)

MOST_WORDS: Final = 6  # that are searched for one by one; a longer query is searched for as it stands


def matching(queryset: QuerySet[M, Any], lookups: Iterable[str | Expression], words: str) -> QuerySet[M, Any]:
    """Return the records of ``queryset`` in which each word is in a text at one of ``lookups``; each comes once.

    A lookup is a path to a column, plain or multilingual, or an expression. ``words`` is what
    `common.text.search_words` made of what was typed.
    """
    model = queryset.model
    texts = {f"_searched_{n}": Folded(text) for n, text in enumerate(_texts(model, lookups))}
    each = list(dict.fromkeys(words.split()))
    each = each if 0 < len(each) <= MOST_WORDS else [words]
    found = reduce(and_, (reduce(or_, (Q(**{f"{name}__contains": word}) for name in texts)) for word in each))
    return queryset.filter(pk__in=model._default_manager.alias(**texts).filter(found).order_by().values("pk"))


def _texts(model: type[Model], lookups: Iterable[str | Expression]) -> Iterator[Any]:
    for lookup in lookups:
        if not isinstance(lookup, str):
            yield lookup
        elif isinstance(_field_at(model, lookup), MultilingualField):
            yield from (KeyTextTransform(language, KeyTransform("texts", F(lookup))) for language in LANGUAGES)
        else:
            yield F(lookup)


def _field_at(model: type[Model], lookup: str) -> "Field[Any, Any]":
    """Return the field at which a lookup ends."""
    first, _sep, rest = lookup.partition("__")
    field = model._meta.get_field(first)
    return _field_at(cast(Any, field).related_model, rest) if rest else cast("Field[Any, Any]", field)
