"""What finds a new model by itself. Run by `tests/test_new_model.py`, with the settings that install it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from accounts.models import Organisation, User
from accounts.policy.actors import Actor, system_actor
from accounts.services import save_record
from accounts.web.history import entries
from audit.acting import acting
from desk.navigation import navigation
from tests.contracts.costs import MOST, copy_rows, costs
from tests.contracts.resource import contract_of
from tests.new_model.models import Visit
from tests.scenarios.api import World
from tests.scenarios.people import actor_for, person
from tests.scenarios.screens import admin_pages

pytestmark = pytest.mark.django_db

# as the row of the matrix says: the organisation itself, and who sees the whole programme; its administrators edit
VISITED = "kia"


def visits() -> None:
    # to KOICA as many as make an answer to its system long enough to be packed
    places = [("v1", VISITED), ("v2", "minenergy"), ("v3", "uzkimyosanoat"), *((f"k{n}", "koica") for n in range(5))]
    rows = [
        Visit(code=code, title=f"Turbines {code}", organisation=Organisation.objects.get(code=at))
        for code, at in places
    ]
    with acting(system_actor("tests").act):
        for row in rows:
            row.save()


@pytest.fixture(scope="module")
def _world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        made = World.make()
        visits()
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def world(_world: World, db: None) -> World:
    return _world


class TestTheContract(contract_of("visits")):  # type: ignore[misc]  # made from the resource's class
    """Everything but the published description, which a test's model is not in."""

    test_a_row_of_the_list_is_the_records_own_page_and_fits_the_published_schema = None


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_checks_of_the_policy_find_nothing() -> None:
    assert run_checks() == []


def test_the_navigation_shows_it_to_whom_it_may_show(world: World) -> None:
    for who, actor in world.actors.items():
        shown = {item.text for group in navigation(actor, "/") for item in group.items}
        assert ("Visits" in shown) == actor.has_standing, who


def test_the_screens_answer_as_the_policy_does(world: World) -> None:
    record = Visit._default_manager.get(code="v1")
    address = f"/admin/new_model/visit/{record.pk}/change/"
    people: dict[str, Actor] = {who: actor for who, actor in world.actors.items() if actor.person}
    sees = {who for who in people if world.sees(who, record)}
    assert "officer of kia" in sees and "officer of energy" not in sees
    for who in people:
        assert world.clients[who].get(address).status_code == (200 if who in sees else 404), who
        if who in sees and who != "administrator of motie":
            assert world.clients[who].post(address, {}).status_code == 403, who


def test_a_refusal_says_who_can(world: World) -> None:
    record = Visit._default_manager.get(code="v1")
    administrator, officer = person("administrator", VISITED), person("officer", VISITED)
    page = signed_in(officer).post(f"/admin/new_model/visit/{record.pk}/change/", {})
    text = page.content.decode()
    assert page.status_code == 403 and "You do not have permission" in text and administrator.name in text


def test_the_search_finds_it(world: World) -> None:
    def found(user: User) -> dict[str, int]:
        context: Any = signed_in(user).get("/search/?q=turbines").context
        return {group.kind.name: group.count for group in context["found"]}

    assert found(person("officer", VISITED)) == {"visit": 1}
    assert found(person("auditor", "motie"))["visit"] == 8


def test_every_change_is_kept_and_shows_in_its_history(world: World) -> None:
    record, by = Visit._default_manager.get(code="v1"), actor_for(person("administrator", VISITED))
    record.title = "Boilers"
    save_record(record, by=by.because("Moved."))
    newest = entries(record, by)[0]
    assert (newest.organisation, newest.reason, newest.changes) == (
        VISITED,
        "Moved.",
        (("title", "Turbines v1", "Boilers"),),
    )


def test_the_look_of_its_screens_is_tested() -> None:
    assert {"/admin/new_model/visit/", "/admin/new_model/visit/add/"} <= set(admin_pages())


def test_its_pages_have_a_budget(world: World) -> None:
    clients = {"system": world.clients["koica system"], "person": world.clients["head of motie"]}
    few = costs(clients, ["visits"])
    assert all(few[who]["visits"] <= most for who, most in MOST.items())
    copy_rows("visits", range(50))
    assert costs(clients, ["visits"]) == few
