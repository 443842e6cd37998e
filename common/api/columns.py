"""Lists read as columns: the serializer that describes a row also says which columns are read.

Rows are dicts made from `values_list`, never model objects, so that schema and response cannot disagree and a page
costs about as much as its one SQL statement.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Any, ClassVar, cast

import orjson
from django.db.models import BooleanField, F, Func, Model, QuerySet
from django.db.models import TextField as PlainText
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.language import LANGUAGES

Row = dict[str, Any]
Values = tuple[Any, ...]
Cells = list[Sequence[Any]]  # by column, then by row
Converter = Callable[[Any], Any]
IsOpen = Callable[[type[Model]], bool]


@dataclass(frozen=True)
class Reader:
    """What reading columns needs to know of the reader.

    - ``scope``: filters the rows of another model to those the reader may see.
    - ``is_open``: returns whether every reader sees every row of a model, so that no check is needed.
    - ``language``: return texts in this language only; None returns every language.
    """

    scope: Callable[[QuerySet[Any]], QuerySet[Any]]
    is_open: IsOpen
    today: date
    language: str | None = None


class ColumnSerializer(serializers.Serializer[Any]):
    """The columns of a row. A field's ``source`` is the column that is read; a nested serializer groups columns.

    - ``Meta.model``: the table. ``many=True`` children are rows of a reverse relation, read in one more query.
    - ``implied``: relations whose records the reader sees whenever they see the row. Every other relation is checked: a
      reference to a record that the reader may not see is null, and a row of a list is left out.
    - ``computed``: fields that `finish` fills in from the columns.
    """

    implied: ClassVar[tuple[str, ...]] = ()
    computed: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def table(cls) -> type[Model]:
        return cast(type[Model], cls.Meta.model)  # type: ignore[attr-defined]  # every subclass that is read has it

    @classmethod
    def rows(cls, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows to read, in the order in which a parent lists them."""
        return queryset

    @classmethod
    def finish(cls, row: Row, reader: Reader) -> None:
        """Fill in the computed fields."""


class Column:
    """Mixed into a field that reads more than a plain column."""

    def expression(self, path: str) -> Combinable | str:
        return path

    def converter(self, reader: Reader) -> Converter | None:
        """Return the function that turns a value that is not null into its JSON; None where it stays as it is."""
        return None


class ColumnByKey(Column):
    """A column read once for each key of a page instead of in every row. ``source`` is the column of the key.

    Write ``organisation_id``, not ``organisation``: ordering by the latter would order by the organisations' own order.
    """

    def by_key(self, keys: set[int], reader: Reader) -> Mapping[int, Any]:
        """Return the JSON for each key; a missing key becomes null."""
        raise NotImplementedError


class TextInLanguages(serializers.Serializer[Any]):
    original = serializers.ChoiceField(choices=LANGUAGES, help_text="The language it was written in.")
    texts = serializers.DictField(
        child=serializers.CharField(),
        help_text="By language. With `lang` only the text in that language, else in the original.",
    )


@extend_schema_field(TextInLanguages)
class TextColumn(Column, serializers.Field[Any, Any, Any, Any]):
    """A `common.text.Text`, returned as the JSON that the database stores."""

    def expression(self, path: str) -> Combinable:
        return as_json(path)

    def converter(self, reader: Reader) -> Converter:
        return text_for(reader)


class ChoiceColumn(Column, serializers.ChoiceField):
    """One of the choices; null where the column is blank."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices, allow_null=True, **kwargs)

    def converter(self, reader: Reader) -> Converter:
        return lambda value: value or None


class Among(Func):
    """Whether a key is one of ``keys``, bound as one parameter: IN would bind each key of a page."""

    output_field = BooleanField()

    def __init__(self, key: str, keys: Collection[int]) -> None:
        super().__init__(F(key))
        self.keys = list(keys)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        key, bound = compiler.compile(self.source_expressions[0])
        return f"{key} = ANY(%s)", [*bound, self.keys]

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        key, bound = compiler.compile(self.source_expressions[0])
        keys = "(SELECT value FROM JSON_EACH(%s))"
        return f"{key} IN {keys}", [*bound, orjson.dumps(self.keys).decode()]


def as_json(path: str) -> Combinable:
    """Return the column as its stored bytes, so that JSON is not parsed only to be written again."""
    return Cast(F(path), PlainText())


def text_for(reader: Reader) -> Converter:
    """Return the function that turns a column's bytes into the text that the reader asked for."""
    if reader.language is None:
        return orjson.Fragment
    return partial(in_one_language, language=reader.language)


def in_one_language(value: str, language: str) -> Row:
    """Return the text in one language, or else in the original, under its own language."""
    text = orjson.loads(value)
    shown = language if language in text["texts"] else text["original"]
    return {"original": text["original"], "texts": {shown: text["texts"][shown]}}


@dataclass(frozen=True)
class Group:
    """Columns of the row itself (no name) or of a nested object, which is null where all its columns are and may be."""

    name: str
    names: tuple[str, ...]
    start: int
    nullable: bool = False


@dataclass(frozen=True)
class Plan:
    """What a serializer class reads: its columns in the order in which they are read."""

    own: Group
    groups: tuple[Group, ...]
    columns: tuple[tuple[str, serializers.Field[Any, Any, Any, Any]], ...]
    lists: tuple[tuple[str, str, type[ColumnSerializer]], ...]  # name, reverse relation, serializer of the rows


@cache
def plan_of(kind: type[ColumnSerializer]) -> Plan:
    names: list[str] = []
    columns: list[tuple[str, Any]] = []
    nested: list[tuple[str, ColumnSerializer]] = []
    lists: list[tuple[str, str, type[ColumnSerializer]]] = []
    for name, field in kind().fields.items():
        if name in kind.computed:
            continue
        if isinstance(field, serializers.ListSerializer):
            lists.append((name, str(field.source), type(cast(ColumnSerializer, field.child))))
        elif isinstance(field, ColumnSerializer):
            nested.append((name, field))
        else:
            names.append(name)
            columns.append((_path(field), field))
    groups = []
    for name, group in nested:
        groups.append(Group(name, tuple(group.fields), len(columns), group.allow_null))
        prefix = "" if group.source == "*" else f"{group.source}."
        columns += [(_path(field, prefix), field) for field in group.fields.values()]
    return Plan(Group("", tuple(names), 0), tuple(groups), tuple(columns), tuple(lists))


def _path(field: serializers.Field[Any, Any, Any, Any], prefix: str = "") -> str:
    return f"{prefix}{field.source}".replace(".", "__")


@cache
def select_columns(kind: type[ColumnSerializer], keys: tuple[str, ...], is_open: IsOpen) -> QuerySet[Any]:
    """Return a queryset of the columns of all rows, followed by ``keys``, the first of which is the pk.

    It is built once and depends on no reader; callers filter it before reading.
    """
    columns = [_read(kind, path, field, is_open) for path, field in plan_of(kind).columns]
    return kind.rows(kind.table()._default_manager.all()).values_list(*columns, *keys)


def column_index(kind: type[ColumnSerializer], column: str) -> int:
    """Return the index of a plain column, or of the pk, in the values that `select_columns` reads."""
    return [*(path for path, _field in plan_of(kind).columns), "pk"].index(column)


def json_rows(kind: type[ColumnSerializer], found: list[Values], reader: Reader) -> list[Row]:
    """Return rows that `select_columns` read, as JSON.

    Takes one more query for each list in the rows, each guarded reference and each column by key.
    """
    if not found:
        return []
    plan = plan_of(kind)
    cells: Cells = list(zip(*found, strict=True))
    keys = cells[len(plan.columns)]
    _convert(kind, cells, reader)
    rows = _rows(plan.own, cells)
    for group in plan.groups:
        for row, part in zip(rows, _rows(group, cells), strict=True):
            row[group.name] = None if group.nullable and all(cell is None for cell in part.values()) else part
    for name, relation, child in plan.lists:
        children = _children(kind, relation, child, keys, reader)
        for row, key in zip(rows, keys, strict=True):
            row[name] = children[key]
    for row in rows:
        kind.finish(row, reader)
    return rows


def _rows(group: Group, cells: Cells) -> list[Row]:
    columns = cells[group.start : group.start + len(group.names)]
    return [dict(zip(group.names, values, strict=True)) for values in zip(*columns, strict=True)]


def _convert(kind: type[ColumnSerializer], cells: Cells, reader: Reader) -> None:
    """Replace the values of each column by their JSON where they differ; by column, because that is fast."""
    for at, (path, field) in enumerate(plan_of(kind).columns):
        convert = _converter_of(kind, path, field, cells[at], reader)
        if convert is not None:
            cells[at] = [None if cell is None else convert(cell) for cell in cells[at]]


def _converter_of(
    kind: type[ColumnSerializer], path: str, field: Any, cells: Iterable[Any], reader: Reader
) -> Converter | None:
    if (relation := _guarded(kind, path, reader.is_open)) is not None:
        return _seen(relation, path.partition("__")[2], set(cells) - {None}, reader).get
    if isinstance(field, ColumnByKey):
        return field.by_key(set(cells) - {None}, reader).get
    return field.converter(reader) if isinstance(field, Column) else None


def _children(
    kind: type[ColumnSerializer], relation: str, child: type[ColumnSerializer], parents: Sequence[int], reader: Reader
) -> dict[int, list[Row]]:
    key = cast(Any, kind.table()._meta.get_field(relation)).field.attname
    rows = select_columns(child, ("pk", key), reader.is_open).filter(Among(key, parents))
    found = list(rows if relation in kind.implied else reader.scope(rows))
    grouped: dict[int, list[Row]] = {parent: [] for parent in parents}
    for values, row in zip(found, json_rows(child, found, reader), strict=True):
        grouped[values[-1]].append(row)
    return grouped


def _read(kind: type[ColumnSerializer], path: str, field: Any, is_open: IsOpen) -> Combinable | str:
    """Return the column to read; for a guarded reference the key, which a reverse relation has in the row's own pk."""
    if (relation := _guarded(kind, path, is_open)) is not None:
        return str(relation.attname) if relation.concrete else "pk"
    return field.expression(path) if isinstance(field, Column) else path


def _guarded(kind: type[ColumnSerializer], path: str, is_open: IsOpen) -> Any:
    """Return the relation at which a path begins, if the reader may not see every record behind it."""
    relation: Any = kind.table()._meta.get_field(path.partition("__")[0])
    if not relation.is_relation or relation.name in kind.implied or is_open(relation.related_model):
        return None
    return relation


def _seen(relation: Any, column: str, keys: set[int], reader: Reader) -> dict[int, Any]:
    """Return the column by key, for the records that the reader may see."""
    key = "pk" if relation.concrete else relation.field.attname
    records = relation.related_model._default_manager.filter(Among(key, keys))
    return dict(reader.scope(records).values_list(key, column)) if keys else {}
