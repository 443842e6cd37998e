"""Bringing tables in line with the files, and leaving alone what people have done since."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any, cast

from django.db import IntegrityError, models, transaction

from accounts.policy.actors import Actor
from audit.acting import acting
from audit.models import Audited
from audit.services import save_audited
from common.text import Text
from programme.loading.schema import LoadError

LONGEST_SHOWN = 80
COLLIDES = (
    "This cannot be written: another record holds a value that stands once. "
    "Where two change places, load one with a free value first."
)

Model = type[Audited]
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Ref:
    """A record that the same run has brought in line, by its code."""

    model: Model
    code: str


@dataclass(frozen=True, slots=True)
class Row:
    """One record as the files would have it.

    ``key`` holds the values of the table's key fields, by which the record is found again; ``values`` follow the
    files; in both a `Ref` stands for the record it names. ``once`` is set when the record is made, and never again.
    ``called`` is what a person calls it, where that is not the table's name and the code.
    """

    code: str
    key: Key
    values: Mapping[str, Any]
    once: Mapping[str, Any] = field(default_factory=dict)
    called: str = ""


class Loading:
    """One run of the loader, by one system actor: what it made, changed, kept and left.

    The rule: what is missing is made; what differs is overwritten only where the record's last history row is the
    loader's own, for then it still says what the loader wrote; everything else is kept.
    """

    def __init__(self, by: Actor) -> None:
        self.by = by
        self.made: dict[str, int] = defaultdict(int)
        self.changed: list[str] = []
        self.kept: dict[str, list[str]] = defaultdict(list)
        self.left: list[str] = []
        self._keys: dict[Ref, int] = {}

    def bring_in_line(self, model: Model, key: Sequence[str], rows: Sequence[Row], *, removes: bool = False) -> None:
        """Make one table's records say what ``rows`` say.

        A record that the loader wrote and the files no longer name is removed where the table ``removes`` such
        (it is a part of something else), and otherwise left and said so.
        Raises: LoadError, where the database refuses a value.
        """
        table = _Table(model, key, self.by.system)
        found = [(row, tuple(self._plain(value) for value in row.key)) for row in rows]
        for record in table.written_besides({key for _, key in found}):
            self._drop(table, record, removes)
        waiting = [(row, key) for row, key in found if not self._keeps(table, row, key)]
        while waiting:
            # a value that stands once (an order, a coordinator) may have to be given up by a later row first
            later = [(row, key) for row, key in waiting if not self._writes(table, row, key)]
            if len(later) == len(waiting):
                raise LoadError("", _called(model, later[0][0]), "", COLLIDES)
            waiting = later

    def lines(self) -> Iterator[str]:
        """What the run did, the count of changes last."""
        yield from (f"{kind}: {count} created" for kind, count in self.made.items())
        yield from self.changed
        yield from (f"{kind}: {len(codes)} kept, edited since: {', '.join(codes)}" for kind, codes in self.kept.items())
        yield from (f"{what}: left, no longer in the files" for what in self.left)
        count = sum(self.made.values()) + len(self.changed)
        yield f"{count} change{'' if count == 1 else 's'}"

    def _drop(self, table: "_Table", record: Audited, removes: bool) -> None:
        called = f"{_title(table.model)} {record}"
        if record.pk not in table.own:
            self.kept[_plural(table.model)].append(str(record))
        elif removes:
            with acting(self.by.act):
                record.delete()
            self.changed.append(f"{called}: removed")
        else:
            self.left.append(called)

    def _keeps(self, table: "_Table", row: Row, key: Key) -> bool:
        record = table.find(key)
        if record is not None:
            self._keys[Ref(table.model, row.code)] = record.pk
        if table.may_write(key):
            return False
        self.kept[_plural(table.model)].append(row.code)
        return True

    def _writes(self, table: "_Table", row: Row, key: Key) -> bool:
        """Write one row where it differs; False where the database cannot take it yet."""
        record = table.find(key)
        named = [value for value in row.values.values() if isinstance(value, Ref)]
        if any(ref not in self._keys for ref in named):  # a parent that stands further down in the file
            return False
        values = {table.column(name): self._plain(value) for name, value in row.values.items()}
        try:
            if record is None:
                self._make(table, row, {**dict(zip(table.key, key, strict=True)), **row.once, **values})
            else:
                self._change(table, row, record, values)
        except IntegrityError:
            return False
        return True

    def _make(self, table: "_Table", row: Row, values: dict[str, Any]) -> None:
        made = table.model(**values)
        self._save(made)
        self._keys[Ref(table.model, row.code)] = made.pk
        if table.was_empty:
            self.made[_plural(table.model)] += 1
        else:
            self.changed.append(f"{_called(table.model, row)}: created")

    def _change(self, table: "_Table", row: Row, record: Audited, values: dict[str, Any]) -> None:
        before = {name: getattr(record, name) for name in values}
        changes = [(name, before[name], value) for name, value in values.items() if before[name] != value]
        if not changes:
            return
        after = copy(record)  # a refused save leaves the record as it was read
        for name, _, value in changes:
            setattr(after, name, value)
        self._save(after)
        called = _called(table.model, row)
        for name, old, new in changes:
            self.changed += [f"{called}, {words}" for words in self._in_words(table.model, name, old, new)]

    def _save(self, obj: Audited) -> None:
        """`save_record` asks who may and reads again what was edited; here nobody asks and the table is locked."""
        with transaction.atomic():
            save_audited(obj, act=self.by.act)

    def _plain(self, value: Any) -> Any:
        """A value as its column holds it."""
        return self._keys[value] if isinstance(value, Ref) else value

    def _in_words(self, model: Model, column: str, before: Any, after: Any) -> Iterator[str]:
        """One change of a field; of a text, one a language."""
        field = cast("models.Field[Any, Any]", model._meta.get_field(column))
        if isinstance(field, models.ForeignKey):
            codes = {key: ref.code for ref, key in self._keys.items() if ref.model is field.related_model}
            before, after = codes.get(before), codes.get(after)
        if isinstance(before, Text) and isinstance(after, Text):
            for language in sorted({*before.texts, *after.texts}):
                old, new = before.texts.get(language), after.texts.get(language)
                if old != new:
                    yield f"{field.name} ({language}): {_shown(old)} -> {_shown(new)}"
        elif isinstance(after, dict):
            yield f"{field.name}: rewritten"
        else:
            yield f"{field.name}: {_shown(before)} -> {_shown(after)}"


class _Table:
    """One table's records, locked, and what its history says of them: two queries, however many rows.

    Names are columns' (``area_id``); ``own`` are the records whose last history row is the loader's.
    """

    def __init__(self, model: Model, key: Sequence[str], loader: str) -> None:
        self.model = model
        self.key = [self.column(name) for name in key]
        self._records = {record.pk: record for record in model._default_manager.select_for_update().order_by()}
        self._by_key = {tuple(getattr(row, name) for name in self.key): row for row in self._records.values()}
        self.was_empty = not self._records
        self.own: set[int] = set()
        self._written: dict[Key, int] = {}
        rows = cast(Any, model).history.order_by("history_id").values_list("id", "act_kind", "act_name", *self.key)
        for pk, act_kind, act_name, *values in rows:
            if (act_kind, act_name) == ("system", loader):
                self.own.add(pk)
                self._written[tuple(values)] = pk
            else:
                self.own.discard(pk)

    def column(self, name: str) -> str:
        return cast("models.Field[Any, Any]", self.model._meta.get_field(name)).attname

    def find(self, key: Key) -> Audited | None:
        return self._by_key.get(key)

    def may_write(self, key: Key) -> bool:
        """Whether nobody else has had the last word on it; a removal or another key is a word too."""
        record = self.find(key)
        pk = record.pk if record is not None else self._written.get(key)
        return pk is None or pk in self.own

    def written_besides(self, keys: set[Key]) -> list[Audited]:
        """The records that the loader once wrote, under a key that is not among ``keys``."""
        gone = {pk for key, pk in self._written.items() if key not in keys}
        return [self._records[pk] for pk in sorted(gone) if pk in self._records]


def _title(model: Model) -> str:
    return str(model._meta.verbose_name).capitalize()


def _plural(model: Model) -> str:
    return str(model._meta.verbose_name_plural)


def _called(model: Model, row: Row) -> str:
    return row.called or f"{_title(model)} {row.code}"


def _shown(value: Any) -> str:
    if value is None or value in ("", []):
        return "nothing"
    words = str(value)
    return words if len(words) <= LONGEST_SHOWN else f"{words[:LONGEST_SHOWN]}…"
