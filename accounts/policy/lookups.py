"""Follow the lookups that a model declares: from keys to its records, and from a record to keys."""

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q

from accounts.models.term import Term, in_force
from accounts.policy.access import Lookup, Via


def reached(model: type[Model], lookups: Iterable[Lookup], keys: Set[Any], today: date) -> Q | None:
    """Return a filter of the records whose ``lookups`` end at one of ``keys``; no record comes twice.

    A lookup that begins with memberships or seats follows those in force on ``today``.
    """
    if not keys:
        return None
    found = [_reached(model, *_split(lookup), keys, today) for lookup in lookups]
    return reduce(or_, found) if found else None


def _reached(model: type[Model], path: str, where: dict[str, str], keys: Set[Any], today: date) -> Q:
    """Join where each hop leads to one row; use EXISTS from a hop that leads to many.

    So a list in the order of an index stops as soon as its page is full: an ``IN (subquery)`` would be computed for
    the whole table first.
    """
    hops, table = path.split("__"), model
    for at, hop in enumerate(hops):
        field: Any = None if hop == "pk" else table._meta.get_field(hop)
        if field is not None and field.one_to_many:
            before = "__".join(hops[: at + 1])
            inside = {name.removeprefix(f"{before}__"): value for name, value in where.items()}
            outer = OuterRef("__".join([*hops[:at], "pk"]))
            rows = field.related_model._default_manager.filter(**{field.field.name: outer}, **inside)
            if issubclass(field.related_model, Term):
                rows = rows.filter(in_force(today))
            return Q(Exists(rows.filter(**{f"{'__'.join(hops[at + 1 :])}__in": keys})))
        table = field.related_model if field is not None else table
    return Q(**{f"{path}__in": keys}, **where)


def ends_of(record: Model, lookups: Iterable[Lookup], today: date) -> set[Any]:
    """Return where the ``lookups`` of one record end; of a record that is not saved, where they would.

    A lookup that begins with memberships or seats follows those in force on ``today``.
    """
    if record.pk is None:
        return ends_if_saved([record], lookups)[0]
    found: set[Any] = set()
    for lookup in lookups:
        path, where = _split(lookup)
        terms = _terms(type(record), path, today)
        rows = type(record)._default_manager.filter(terms, pk=record.pk, **where).order_by()
        found.update(key for key in rows.values_list(path, flat=True) if key is not None)
    return found


def _terms(model: type[Model], path: str, today: date) -> Q:
    """Return a filter of the memberships or seats that a lookup begins with; an empty one where it does not."""
    first = path.partition("__")[0]
    related: Any = None if first == "pk" else model._meta.get_field(first).related_model
    many = related is not None and not model._meta.get_field(first).concrete and issubclass(related, Term)
    return in_force(today, f"{first}__") if many else Q()


def ends_if_saved(records: Sequence[Model], lookups: Iterable[Lookup]) -> list[set[Any]]:
    """Return where the ``lookups`` of each record would end if it were saved, a query a lookup for all of them.

    No other row can point at a record that is not saved, so a lookup that begins with such rows ends nowhere.
    """
    found: list[set[Any]] = [set() for _record in records]
    for lookup in lookups:
        path, where = _split(lookup)
        first, _sep, rest = path.partition("__")
        field: Any = None if first == "pk" else records[0]._meta.get_field(first)
        if field is None or not field.concrete:
            continue
        keys = [getattr(record, field.attname) for record in records]
        further = _followed(field.related_model, rest, set(keys)) if rest else {key: {key} for key in keys}
        for record, key, ends in zip(records, keys, found, strict=True):
            if key is not None and all(getattr(record, column) == value for column, value in where.items()):
                ends |= further.get(key, set())
    return found


def _followed(model: type[Model], path: str, keys: Set[Any]) -> dict[Any, set[Any]]:
    """Return where ``path`` leads from each of the model's records ``keys``."""
    found: dict[Any, set[Any]] = defaultdict(set)
    rows = model._default_manager.filter(pk__in=keys - {None}).order_by()
    for key, end in rows.values_list("pk", path):
        if end is not None:
            found[key].add(end)
    return found


def _split(lookup: Lookup) -> tuple[str, dict[str, str]]:
    return (lookup.lookup, {lookup.column: lookup.value}) if isinstance(lookup, Via) else (lookup, {})
