"""Lists read as columns: the serializer that describes a row also says which columns are read.

Rows are dicts made from `values_list`, never model objects, so that schema and answer cannot disagree and a page costs
about what its one SQL statement costs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Any, ClassVar, cast

import orjson
from django.db.models import F, Model, QuerySet
from django.db.models import TextField as PlainText
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.text import LANGUAGES

Row = dict[str, Any]
Values = tuple[Any, ...]


@dataclass(frozen=True)
class Reader:
    """Who reads, as far as columns care.

    ``scope`` narrows the rows of another model to those the reader may see; ``is_open`` says whether everybody sees
    all of a model, so that nothing need be asked. ``language`` narrows texts to the one shown; None gives them all.
    """

    scope: Callable[[QuerySet[Any]], QuerySet[Any]]
    is_open: Callable[[type[Model]], bool]
    today: date
    language: str | None = None


class Columns(serializers.Serializer[Any]):
    """One kind of row. A field's ``source`` is the column that is read; a nested serializer groups columns.

    - ``Meta.model``: the table. ``many=True`` children are rows of a reverse relation, one more query for all of them.
    - ``implied``: relations, forward or of a list, whose records the reader sees whenever they see the row. All others
      are asked for: a reference to what the reader may not see is null, a row in a list is not there.
    - ``computed``: fields that `finish` fills in from the columns.
    """

    implied: ClassVar[tuple[str, ...]] = ()
    computed: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def table(cls) -> type[Model]:
        return cast(type[Model], cls.Meta.model)  # type: ignore[attr-defined]  # each subclass that is read has it

    @classmethod
    def rows(cls, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Which rows belong into the list of a parent."""
        return queryset

    @classmethod
    def finish(cls, row: Row, reader: Reader) -> None:
        """Fill in what is computed."""


class Column:
    """Mixed into a field that reads more than a plain column."""

    def expression(self, path: str, reader: Reader) -> Combinable | str:
        return path

    def answer(self, value: Any, reader: Reader) -> Any:
        """What stands in JSON for a value that is not null."""
        return value


class TextInLanguages(serializers.Serializer[Any]):
    original = serializers.ChoiceField(choices=LANGUAGES, help_text="The language it was written in.")
    texts = serializers.DictField(
        child=serializers.CharField(),
        help_text="By language. With `lang` only the text in that language, else in the original.",
    )


@extend_schema_field(TextInLanguages)
class TextColumn(Column, serializers.Field[Any, Any, Any, Any]):
    """A `common.text.Text`, passed on as the JSON that the database keeps."""

    def expression(self, path: str, reader: Reader) -> Combinable:
        return as_json(path)

    def answer(self, value: str, reader: Reader) -> Any:
        return orjson.Fragment(value) if reader.language is None else in_one_language(value, reader.language)


class ChoiceColumn(Column, serializers.ChoiceField):
    """One of its choices; null where the column is blank."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices, allow_null=True, **kwargs)

    def answer(self, value: str, reader: Reader) -> str | None:
        return value or None


def as_json(path: str) -> Combinable:
    """The column's own bytes: nothing is parsed only to be written again."""
    return Cast(F(path), PlainText())


def in_one_language(value: str, language: str) -> Row:
    """The text as a reader of that language is shown it: theirs, or else the original, named as what it is."""
    text = orjson.loads(value)
    shown = language if language in text["texts"] else text["original"]
    return {"original": text["original"], "texts": {shown: text["texts"][shown]}}


@dataclass(frozen=True)
class Branch:
    """Columns that stand together under one name; null where all of them are and they may be."""

    name: str
    names: tuple[str, ...]
    start: int
    nullable: bool


@dataclass(frozen=True)
class Plan:
    """What a serializer class reads, worked out once: columns in the order in which they are read."""

    names: tuple[str, ...]
    branches: tuple[Branch, ...]
    columns: tuple[tuple[str, serializers.Field[Any, Any, Any, Any]], ...]
    lists: tuple[tuple[str, str, type[Columns]], ...]  # name, reverse relation, the rows' serializer


@cache
def plan_of(kind: type[Columns]) -> Plan:
    names: list[str] = []
    columns: list[tuple[str, Any]] = []
    nested: list[tuple[str, Columns]] = []
    lists: list[tuple[str, str, type[Columns]]] = []
    for name, field in kind().fields.items():
        if name in kind.computed:
            continue
        if isinstance(field, serializers.ListSerializer):
            lists.append((name, str(field.source), type(cast(Columns, field.child))))
        elif isinstance(field, Columns):
            nested.append((name, field))
        else:
            names.append(name)
            columns.append((_path(field), field))
    branches = []
    for name, group in nested:
        branches.append(Branch(name, tuple(group.fields), len(columns), group.allow_null))
        prefix = "" if group.source == "*" else f"{group.source}."
        columns += [(_path(field, prefix), field) for field in group.fields.values()]
    return Plan(tuple(names), tuple(branches), tuple(columns), tuple(lists))


def _path(field: serializers.Field[Any, Any, Any, Any], prefix: str = "") -> str:
    return f"{prefix}{field.source}".replace(".", "__")


def select(kind: type[Columns], queryset: QuerySet[Any], keys: Sequence[str], reader: Reader) -> list[Values]:
    """The columns of the rows, as one query gives them, and behind them ``keys``, the first of which is the pk."""
    columns = [_read(kind, path, field, reader) for path, field in plan_of(kind).columns]
    return list(queryset.values_list(*columns, *keys))


def answered(kind: type[Columns], found: list[Values], reader: Reader) -> list[Row]:
    """What was selected, as it is answered: one query more for each list in the rows, and each guarded reference."""
    plan, answers = plan_of(kind), _answers(kind, found, reader)
    pk, leaves = len(plan.columns), len(plan.names)
    lists = [
        (name, _children(kind, relation, child, [values[pk] for values in found], reader))
        for name, relation, child in plan.lists
    ]
    rows = []
    for values in found:
        cells = list(values[:pk])
        for at, answer in answers:
            if cells[at] is not None:
                cells[at] = answer(cells[at])
        row: Row = dict(zip(plan.names, cells[:leaves], strict=True))
        for branch in plan.branches:
            part = cells[branch.start : branch.start + len(branch.names)]
            empty = branch.nullable and all(cell is None for cell in part)
            row[branch.name] = None if empty else dict(zip(branch.names, part, strict=True))
        for name, children in lists:
            row[name] = children[values[pk]]
        kind.finish(row, reader)
        rows.append(row)
    return rows


def _answers(kind: type[Columns], found: list[Values], reader: Reader) -> list[tuple[int, Callable[[Any], Any]]]:
    """What becomes of a cell, for the columns where it does not stay as it is."""
    answers: list[tuple[int, Callable[[Any], Any]]] = []
    for at, (path, field) in enumerate(plan_of(kind).columns):
        if (relation := _guarded(kind, path, reader)) is not None:
            keys = {values[at] for values in found} - {None}
            answers.append((at, _seen(relation, path.partition("__")[2], keys, reader).get))
        elif isinstance(field, Column):
            answers.append((at, partial(field.answer, reader=reader)))
    return answers


def _children(
    kind: type[Columns], relation: str, child: type[Columns], parents: list[int], reader: Reader
) -> dict[int, list[Row]]:
    key = cast(Any, kind.table()._meta.get_field(relation)).field.attname
    rows = child.table()._default_manager.filter(**{f"{key}__in": parents})
    queryset = child.rows(rows if relation in kind.implied else reader.scope(rows))
    found = select(child, queryset, ["pk", key], reader) if parents else []
    grouped: dict[int, list[Row]] = {parent: [] for parent in parents}
    for values, row in zip(found, answered(child, found, reader), strict=True):
        grouped[values[-1]].append(row)
    return grouped


def _read(kind: type[Columns], path: str, field: Any, reader: Reader) -> Combinable | str:
    """The column; of a guarded reference the key, forward it is here, backward it is the row's own."""
    if (relation := _guarded(kind, path, reader)) is not None:
        return str(relation.attname) if relation.concrete else "pk"
    return field.expression(path, reader) if isinstance(field, Column) else path


def _guarded(kind: type[Columns], path: str, reader: Reader) -> Any:
    """The relation at which a path begins, where the reader may not see all that is behind it."""
    relation: Any = kind.table()._meta.get_field(path.partition("__")[0])
    if not relation.is_relation or relation.name in kind.implied or reader.is_open(relation.related_model):
        return None
    return relation


def _seen(relation: Any, column: str, keys: set[int], reader: Reader) -> dict[int, Any]:
    """The column by key, of the records that the reader may see."""
    key = "pk" if relation.concrete else relation.field.attname
    records = relation.related_model._default_manager.filter(**{f"{key}__in": keys})
    return dict(reader.scope(records).values_list(key, column)) if keys else {}
