"""Lists read as columns: the serializer that describes a row also says which columns are read.

Rows are dicts made from `values_list`, never model objects, so that schema and answer cannot disagree and a page costs
about what its one SQL statement costs.
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

from common.text import LANGUAGES

Row = dict[str, Any]
Values = tuple[Any, ...]
Cells = list[Sequence[Any]]  # by column, then by row
Answer = Callable[[Any], Any]
IsOpen = Callable[[type[Model]], bool]


@dataclass(frozen=True)
class Reader:
    """Who reads, as far as columns care.

    ``scope`` narrows the rows of another model to those the reader may see; ``is_open`` says whether everybody sees
    all of a model, so that nothing need be asked. ``language`` narrows texts to the one shown; None gives them all.
    """

    scope: Callable[[QuerySet[Any]], QuerySet[Any]]
    is_open: IsOpen
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
        """Which rows there are, and in the list of a parent their order."""
        return queryset

    @classmethod
    def finish(cls, row: Row, reader: Reader) -> None:
        """Fill in what is computed."""


class Column:
    """Mixed into a field that reads more than a plain column."""

    def expression(self, path: str) -> Combinable | str:
        return path

    def answering(self, reader: Reader) -> Answer | None:
        """What makes of a value that is not null what stands in JSON; None where it stays as it is."""
        return None


class ColumnByKey(Column):
    """Read once for each key of a page instead of in every row; ``source`` is the column that holds the key.

    That is ``organisation_id``, not ``organisation``, by which rows may be ordered as organisations are.
    """

    def by_key(self, keys: set[int], reader: Reader) -> Mapping[int, Any]:
        """What stands in JSON for each; null for a key that is not there."""
        raise NotImplementedError


class TextInLanguages(serializers.Serializer[Any]):
    original = serializers.ChoiceField(choices=LANGUAGES, help_text="The language it was written in.")
    texts = serializers.DictField(
        child=serializers.CharField(),
        help_text="By language. With `lang` only the text in that language, else in the original.",
    )


@extend_schema_field(TextInLanguages)
class TextColumn(Column, serializers.Field[Any, Any, Any, Any]):
    """A `common.text.Text`, passed on as the JSON that the database keeps."""

    def expression(self, path: str) -> Combinable:
        return as_json(path)

    def answering(self, reader: Reader) -> Answer:
        return text_for(reader)


class ChoiceColumn(Column, serializers.ChoiceField):
    """One of its choices; null where the column is blank."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices, allow_null=True, **kwargs)

    def answering(self, reader: Reader) -> Answer:
        return lambda value: value or None


class Among(Func):
    """Whether a key is one of ``keys``, bound as one parameter: IN would check and bind each one of a page."""

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
    """The column's own bytes: nothing is parsed only to be written again."""
    return Cast(F(path), PlainText())


def text_for(reader: Reader) -> Answer:
    """What makes of a column's bytes the text that the reader asked for."""
    if reader.language is None:
        return orjson.Fragment
    return partial(in_one_language, language=reader.language)


def in_one_language(value: str, language: str) -> Row:
    """The text as a reader of that language is shown it: theirs, or else the original, named as what it is."""
    text = orjson.loads(value)
    shown = language if language in text["texts"] else text["original"]
    return {"original": text["original"], "texts": {shown: text["texts"][shown]}}


@dataclass(frozen=True)
class Group:
    """Columns that stand together: those of the row itself, or those under one name; null where all are and may be."""

    name: str
    names: tuple[str, ...]
    start: int
    nullable: bool = False


@dataclass(frozen=True)
class Plan:
    """What a serializer class reads, worked out once: columns in the order in which they are read."""

    own: Group
    groups: tuple[Group, ...]
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
    groups = []
    for name, group in nested:
        groups.append(Group(name, tuple(group.fields), len(columns), group.allow_null))
        prefix = "" if group.source == "*" else f"{group.source}."
        columns += [(_path(field, prefix), field) for field in group.fields.values()]
    return Plan(Group("", tuple(names), 0), tuple(groups), tuple(columns), tuple(lists))


def _path(field: serializers.Field[Any, Any, Any, Any], prefix: str = "") -> str:
    return f"{prefix}{field.source}".replace(".", "__")


@cache
def selected(kind: type[Columns], keys: tuple[str, ...], is_open: IsOpen) -> QuerySet[Any]:
    """The columns of all rows, and behind them ``keys``, the first of which is the pk: to be narrowed, then read.

    Made once, as a view's own queryset is: it holds nothing of any reader, and is itself never read.
    """
    columns = [_read(kind, path, field, is_open) for path, field in plan_of(kind).columns]
    return kind.rows(kind.table()._default_manager.all()).values_list(*columns, *keys)


def place_of(kind: type[Columns], column: str) -> int:
    """Where a column stands among the values of what was `selected`: one that is read as it is, or the pk."""
    return [*(path for path, _field in plan_of(kind).columns), "pk"].index(column)


def answered(kind: type[Columns], found: list[Values], reader: Reader) -> list[Row]:
    """What was `selected`, as it is answered.

    One query more for each list in the rows, each guarded reference and each column by key.
    """
    if not found:
        return []
    plan = plan_of(kind)
    cells: Cells = list(zip(*found, strict=True))
    keys = cells[len(plan.columns)]
    _answer(kind, cells, reader)
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


def _answer(kind: type[Columns], cells: Cells, reader: Reader) -> None:
    """Put into each column what stands in JSON, where it does not stay as it is: column by column, as that is quick."""
    for at, (path, field) in enumerate(plan_of(kind).columns):
        answer = _answer_of(kind, path, field, cells[at], reader)
        if answer is not None:
            cells[at] = [None if cell is None else answer(cell) for cell in cells[at]]


def _answer_of(kind: type[Columns], path: str, field: Any, cells: Iterable[Any], reader: Reader) -> Answer | None:
    if (relation := _guarded(kind, path, reader.is_open)) is not None:
        return _seen(relation, path.partition("__")[2], set(cells) - {None}, reader).get
    if isinstance(field, ColumnByKey):
        return field.by_key(set(cells) - {None}, reader).get
    return field.answering(reader) if isinstance(field, Column) else None


def _children(
    kind: type[Columns], relation: str, child: type[Columns], parents: Sequence[int], reader: Reader
) -> dict[int, list[Row]]:
    key = cast(Any, kind.table()._meta.get_field(relation)).field.attname
    rows = selected(child, ("pk", key), reader.is_open).filter(Among(key, parents))
    found = list(rows if relation in kind.implied else reader.scope(rows))
    grouped: dict[int, list[Row]] = {parent: [] for parent in parents}
    for values, row in zip(found, answered(child, found, reader), strict=True):
        grouped[values[-1]].append(row)
    return grouped


def _read(kind: type[Columns], path: str, field: Any, is_open: IsOpen) -> Combinable | str:
    """The column; of a guarded reference the key, forward it is here, backward it is the row's own."""
    if (relation := _guarded(kind, path, is_open)) is not None:
        return str(relation.attname) if relation.concrete else "pk"
    return field.expression(path) if isinstance(field, Column) else path


def _guarded(kind: type[Columns], path: str, is_open: IsOpen) -> Any:
    """The relation at which a path begins, where the reader may not see all that is behind it."""
    relation: Any = kind.table()._meta.get_field(path.partition("__")[0])
    if not relation.is_relation or relation.name in kind.implied or is_open(relation.related_model):
        return None
    return relation


def _seen(relation: Any, column: str, keys: set[int], reader: Reader) -> dict[int, Any]:
    """The column by key, of the records that the reader may see."""
    key = "pk" if relation.concrete else relation.field.attname
    records = relation.related_model._default_manager.filter(Among(key, keys))
    return dict(reader.scope(records).values_list(key, column)) if keys else {}
