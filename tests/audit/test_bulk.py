"""Many rows written at once leave exactly the history that one-by-one saves leave."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.policy.actors import system_actor
from audit.acting import Act, NobodyActs, acting, current_act
from audit.bulk import BATCH, create_all, update_all
from audit.models import Audited
from common.text import Text
from roadmaps.models import Proposal, RoadMap, Section
from tests.scenarios.history import assert_every_write_has_its_history
from tests.scenarios.people import actor_for, person

pytestmark = pytest.mark.django_db

OF_THE_LIBRARY = {"history_id", "history_date", "history_relation"}


def sections(count: int, *, first: int = 1) -> list[Section]:
    road_map = RoadMap.objects.get(reference="RM-07")
    return [
        Section(uid=UUID(int=n), position=n, road_map=road_map, title=Text.of(f"Section {n}"))
        for n in range(first, first + count)
    ]


def an_act() -> Act:
    """A person's, with a reason, a door and a request: every column of the act has something to say."""
    return actor_for(person("officer", "minenergy")).because("As agreed.").act


def story(row: Audited) -> list[dict[str, Any]]:
    """The row's history, oldest first, without what must differ: the history's own keys and moments, and identities."""
    rows = cast(Any, type(row)).history.filter(id=row.pk).order_by("history_id").values()
    return [{k: v for k, v in one.items() if k not in OF_THE_LIBRARY | {"id", "uid", "position"}} for one in rows]


def test_rows_written_at_once_have_the_history_of_rows_saved_one_by_one(programme: None) -> None:
    act = an_act()
    (alone,), (together,) = sections(1), sections(1, first=2)
    together.title = alone.title
    with acting(act):
        alone.save()
        alone.title, alone.row_version = Text.of("Renamed"), 2
        alone.save()
    create_all(Section, [together], act=act)
    together.title = Text.of("Renamed")
    update_all(Section, [together], ["title"], act=act)
    assert story(together) == story(alone)
    newest = story(together)[-1]
    assert (newest["history_type"], newest["history_change_reason"], newest["history_layer"]) == (
        "~",
        "As agreed.",
        "shared",
    )
    assert (newest["history_user_id"], newest["act_name"], newest["act_organisation"], newest["act_door"]) == (
        act.actor_id,
        "officer of minenergy",
        "minenergy",
        "admin",
    )
    assert_every_write_has_its_history(Section)


def test_each_history_row_keeps_the_layer_of_its_own_row(programme: None) -> None:
    drafts = list(Proposal.objects.order_by("pk")[:3])
    layers = ["shared", "UZ", "KR"]
    for draft, layer in zip(drafts, layers, strict=True):
        draft.layer = layer
    update_all(Proposal, drafts, ["layer"], act=an_act())
    kept = [Proposal.history.filter(id=draft.pk).latest("history_id").history_layer for draft in drafts]
    assert kept == layers


def test_what_is_written_is_the_fields_that_were_named_and_the_version(programme: None) -> None:
    (row,) = create_all(Section, sections(1), act=an_act())
    row.title, row.position = Text.of("Renamed"), 99
    update_all(Section, [row], ["title"], act=an_act())
    stored = Section.objects.get(pk=row.pk)
    assert (str(stored.title), stored.position, stored.row_version) == ("Renamed", 1, 2)


def test_nothing_to_write_writes_nothing(programme: None, django_assert_num_queries: Callable[[int], Any]) -> None:
    act = an_act()
    with django_assert_num_queries(0):
        assert create_all(Section, [], act=act) == []
        update_all(Section, [], ["title"], act=act)


def test_where_the_database_refuses_one_row_no_row_and_no_history_is_kept(programme: None) -> None:
    rows = sections(3)
    rows[2].uid = rows[0].uid
    with pytest.raises(IntegrityError), transaction.atomic():
        create_all(Section, rows, act=an_act())
    assert not Section.objects.exists() and not Section.history.exists()


@pytest.mark.django_db(transaction=True)
def test_rows_and_their_history_are_written_both_or_neither(programme: None) -> None:
    """Also where the caller has opened no transaction."""
    kept = create_all(Section, sections(1), act=an_act())
    nameless = replace(an_act(), actor_name="")
    with pytest.raises(IntegrityError):  # the history's own constraint
        create_all(Section, sections(1, first=2), act=nameless)
    kept[0].title = Text.of("Renamed")
    with pytest.raises(IntegrityError):
        update_all(Section, kept, ["title"], act=nameless)
    assert [str(row.title) for row in Section.objects.all()] == ["Section 1"]
    assert_every_write_has_its_history(Section)


def test_the_act_ends_with_the_write(programme: None) -> None:
    create_all(Section, sections(1), act=system_actor("tests").act)
    with pytest.raises(NobodyActs):
        current_act()


def test_the_number_of_queries_grows_with_batches_only(programme: None) -> None:
    """On PostgreSQL an INSERT a table and history, an UPDATE for every 200 rows; SQLite takes fewer values at once."""
    act = an_act()

    def cost(count: int, first: int) -> int:
        with CaptureQueriesContext(connection) as made:
            rows = create_all(Section, sections(count, first=first), act=act)
            for row in rows:
                row.title = Text.of("Renamed")
            update_all(Section, rows, ["title"], act=act)
        return len([query for query in made if query["sql"].split()[0] in ("INSERT", "UPDATE")])

    assert cost(2, 1) == 4
    if connection.vendor == "postgresql":
        assert (cost(BATCH, 10), cost(BATCH + 1, 1000)) == (4, 5)
    else:
        assert cost(BATCH, 10) < BATCH / 10
