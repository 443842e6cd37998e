"""What every resource promises, and a contract made for each resource that has no class of its own."""

import gzip
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from django.db.models import Manager, Model, Q, QuerySet
from django.test import Client

from accounts.api.base import RecordFilter
from common.language import LANGUAGES
from partnership.api import RESOURCES
from tests.contracts.paging import Paging
from tests.contracts.schema import faults_of
from tests.scenarios.api import COORDINATOR, NARROW, SYSTEM, WITHOUT_STANDING, Row, World

# of what one persona may see and of what it may not, as many are asked for one by one
SAMPLE = 3


class ResourceContract(Paging):
    """One resource.

    - ``path``, ``table``, ``key``, ``permission``, ``component``: its address, model, key, permission, and schema.
    - ``present``: the rows that a list has without a filter.
    - ``orderings``: its columns of order, the usual one first.
    - ``references``: field of the answer, and the attributes that lead to the key there: the last but one is the
      record that the reader must be allowed to see.
    - ``lists``: field of the answer, the reverse relation, its rows that count, and the key of each.
    - ``filters``: parameter, value, the rows that it leaves. ``hidden``: parameter, a record that `NARROW` may not see.
    """

    permission: ClassVar[str]
    component: ClassVar[str]
    references: ClassVar[dict[str, str]] = {}
    lists: ClassVar[dict[str, tuple[str, Q, str]]] = {}
    filters: ClassVar[tuple[tuple[str, str, Q], ...]] = ()
    hidden: ClassVar[dict[str, str]] = {}

    def added(self, *, first: bool) -> Model:
        row: Model = copied(self.rows().order_by("pk")[0], **{self.key: "0" if first else "zzz"})
        return row

    def filter_cases(self) -> tuple[tuple[str, str, Q], ...]:
        """Those that are named; for a resource that names none, each filter with a value that its first row has."""
        return self.filters or tuple(self._found_cases())

    def _found_cases(self) -> Iterator[tuple[str, str, Q]]:
        filterset = getattr(self.viewset(), "filterset_class", None)
        for name, one in (filterset.base_filters if filterset else {}).items():
            lookup = f"{one.through}__{one.key}" if isinstance(one, RecordFilter) else one.field_name
            values = self.rows().exclude(**{f"{lookup}__isnull": True}).order_by("pk").values_list(lookup, flat=True)
            yield name, str(values[0]), Q(**{lookup: values[0]})

    # who sees what

    def test_everybody_gets_exactly_what_the_policy_shows_them(self, world: World) -> None:
        assert self.table.access.view == self.permission  # type: ignore[attr-defined]
        for who in world.standing:
            expected = {self.key_of(row) for row in world.visible(who, self.rows())}
            got = [row[self.key] for row in world.rows(who, self.path, page_size="7")]
            assert len(got) == len(set(got)), who
            assert set(got) == expected, who

    def test_a_record_shows_to_whom_the_list_shows_it_and_is_not_there_for_others(self, world: World) -> None:
        for who in world.standing:
            seen, hidden = _sample(world, who, self.rows())
            for row in seen:
                assert world.get(who, self.address(row)).status_code == 200, (who, row)
            for row in hidden:
                response = world.get(who, self.address(row))
                assert response.status_code == 404 and response["Content-Type"] == "application/problem+json", who
                assert response.json()["type"] == "urn:roadmaps:problem:not-found"

    def test_without_standing_it_is_forbidden_and_without_a_name_it_asks_for_one(self, world: World) -> None:
        row = self.rows()[0]
        for address in (f"/api/v1/{self.path}/", self.address(row)):
            for who in WITHOUT_STANDING:
                response = world.get(who, address)
                assert response.status_code == 403 and response.json()["status"] == 403, who
            nobody = Client().get(address)
            assert nobody.status_code == 401 and nobody["WWW-Authenticate"].startswith("Bearer ")

    def test_every_reference_is_to_what_the_reader_may_see(self, world: World) -> None:
        records = {self.key_of(row): row for row in self.rows()}
        for who in world.standing:
            for row in world.rows(who, self.path, page_size="500"):
                record = records[row[self.key]]
                for name, path in self.references.items():
                    assert _at(row, name) == _shown(world, who, record, path), (who, row[self.key], name)
                for name, (relation, counted, key) in self.lists.items():
                    children: Manager[Any] = getattr(record, relation)
                    seen = [child for child in children.filter(counted) if world.sees(who, child)]
                    expected = [str(_follow(child, key)) for child in seen]
                    assert [str(child[key.partition(".")[0]]) for child in row[name]] == expected, (who, name)

    # what an answer is

    def test_a_row_of_the_list_is_the_records_own_page_and_fits_the_published_schema(self, world: World) -> None:
        for who in (COORDINATOR, NARROW):
            for row in world.rows(who, self.path, page_size="500"):
                alone = world.get(who, f"/api/v1/{self.path}/{row[self.key]}/").json()
                assert alone == row
                assert faults_of(self.component, row) == []

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_in_one_language_every_text_is_in_it_or_else_the_original(self, world: World, language: str) -> None:
        whole = world.rows(COORDINATOR, self.path)
        assert world.rows(COORDINATOR, self.path, lang=language) == _narrowed(whole, language)
        assert world.get(COORDINATOR, self.address(self.rows()[0]), lang="xx").status_code == 400

    def test_an_unchanged_answer_is_not_sent_again_and_a_packed_one_is_the_same(self, world: World) -> None:
        for who in (COORDINATOR, SYSTEM):
            address = f"/api/v1/{self.path}/"
            plain = world.get(who, address)
            assert "private" in plain["Cache-Control"] and "Authorization" in plain["Vary"]
            packed = world.clients[who].get(address, headers={"Accept-Encoding": "gzip"})
            assert packed["Content-Encoding"] == "gzip" and gzip.decompress(packed.content) == plain.content
            assert packed["ETag"] == f"W/{plain['ETag']}" and "Accept-Encoding" in packed["Vary"]
            for tag in (plain["ETag"], packed["ETag"]):
                again = world.clients[who].get(address, headers={"If-None-Match": tag, "Accept-Encoding": "gzip"})
                assert again.status_code == 304 and again.content == b""
            assert world.clients[who].get(address, headers={"If-None-Match": '"other"'}).status_code == 200

    # filters

    def test_each_filter_leaves_what_it_says(self, world: World) -> None:
        filterset = getattr(self.viewset(), "filterset_class", None)
        cases = self.filter_cases()
        assert {name for name, _value, _left in cases} == set(filterset.base_filters if filterset else ())
        for name, value, left in cases:
            got = {row[self.key] for row in world.rows(COORDINATOR, self.path, **{name: value})}
            expected = {self.key_of(row) for row in self.table._default_manager.filter(left).distinct()}
            assert got == expected, (name, value)
            assert 0 < len(got) < self.table._default_manager.count(), (name, value)

    def test_a_wrong_parameter_is_refused_by_its_name(self, world: World) -> None:
        address = f"/api/v1/{self.path}/"
        for query, wrong in (
            *_wrongly_filtered(self.filter_cases()),
            ("frobnicate=1", "frobnicate"),
            ("page_size=0", "page_size"),
            ("page_size=501", "page_size"),
            ("page_size=-1", "page_size"),
            ("page_size=%D9%A3", "page_size"),
            ("ordering=frobnicate", "ordering"),
            (f"ordering=--{self.orderings[0]}", "ordering"),
            ("lang=xx", "lang"),
        ):
            response = world.get(COORDINATOR, f"{address}?{query}")
            assert response.status_code == 400, query
            assert [place["field"] for place in response.json()["errors"]] == [wrong], query
        alone = world.get(COORDINATOR, f"{self.address(self.rows()[0])}?page_size=1")
        assert alone.status_code == 400 and alone.json()["errors"][0]["field"] == "page_size"

    def test_a_filter_by_a_hidden_record_answers_as_for_one_that_is_not_there(self, world: World) -> None:
        for name, key in self.hidden.items():
            hidden, absent = (world.get(NARROW, f"/api/v1/{self.path}/", **{name: which}) for which in (key, "X0"))
            assert (hidden.status_code, absent.status_code) == (400, 400), name
            assert hidden.content.replace(key.encode(), b"X0") == absent.content, name
            assert world.get(COORDINATOR, f"/api/v1/{self.path}/", **{name: key}).status_code == 200


def _wrongly_filtered(cases: tuple[tuple[str, str, Q], ...]) -> Iterator[tuple[str, str]]:
    """The first filter asked for nothing, for a blank, twice, for what is not there, for a byte that no text has."""
    for name, value, _left in cases[:1]:
        for query in ("", "%20", f"{value}&{name}={value}", f"no-such-{value}", "%00"):
            yield f"{name}={query}", name


def _sample(world: World, who: str, rows: QuerySet[Any]) -> tuple[list[Any], list[Any]]:
    seen = world.visible(who, rows)
    return list(seen[:SAMPLE]), list(rows.exclude(pk__in=seen.values("pk"))[:SAMPLE])


def _at(row: Row, name: str) -> Any:
    """The field, also within another (``group.lead_uz``)."""
    value: Any = row
    for part in name.split("."):
        value = value[part]
    return value


def _follow(record: Any, path: str) -> Any:
    for name in path.split("."):
        record = getattr(record, name, None)  # backward, one-to-one: no attribute where there is none
    return record


def _shown(world: World, who: str, record: Model, path: str) -> Any:
    """The key at the end of the path; None where the way there leads over what the reader may not see."""
    *way, key = path.split(".")
    target: Any = record
    for name in way:
        target = getattr(target, name, None)
        if target is None or not world.sees(who, target):
            return None
    return getattr(target, key)


def _narrowed(value: Any, language: str) -> Any:
    """Every text in it cut to one language."""
    if isinstance(value, dict):
        if set(value) == {"original", "texts"}:
            shown = language if language in value["texts"] else value["original"]
            return {"original": value["original"], "texts": {shown: value["texts"][shown]}}
        return {name: _narrowed(inner, language) for name, inner in value.items()}
    return [_narrowed(inner, language) for inner in value] if isinstance(value, list) else value


def every_contract() -> Iterator[type[ResourceContract]]:
    yield from ResourceContract.__subclasses__()


def contract_of(path: str) -> type[ResourceContract]:
    """A contract made from the resource's own class: for one that has no class in `test_resources`."""
    view = RESOURCES[path]
    table: Any = view.columns.table()
    fields = view.columns().get_fields()
    made: dict[str, Any] = {
        "path": path,
        "table": table,
        "key": view.lookup_field,
        "permission": table.access.view,
        "component": view.columns.__name__.removesuffix("Serializer"),
        "orderings": view.orderings,
        "stable_by": view.orderings[0],
        "references": {name: field.source for name, field in fields.items() if "." in (field.source or "")},
    }
    return type(f"Test{view.__name__}", (ResourceContract,), made)


def copied(row: Any, **changed: Any) -> Any:
    row.pk = None
    row._state.adding = True
    for name, value in changed.items():
        setattr(row, name, value)
    row.save()
    return row
