"""What a first integration asks: the resources, who it is, where a row is found."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from partnership.api import RESOURCES
from tests.scenarios.api import COORDINATOR, SYSTEM, WITHOUT_STANDING, World, ask_token, basic, secret_of


def test_the_index_leads_to_every_resource(world: World) -> None:
    index = world.get(SYSTEM, "/api/v1/").json()
    assert set(index["resources"]) == set(RESOURCES)
    for address in (*index["resources"].values(), index["me"], index["schema"]):
        assert world.get(SYSTEM, address.removeprefix(settings.ORIGIN)).status_code == 200, address


def test_a_system_learns_what_its_token_allows_and_until_when(world: World) -> None:
    me = world.get(SYSTEM, "/api/v1/me/").json()
    ends = datetime.fromisoformat(me.pop("expires_at")) - timezone.now()
    assert timedelta(minutes=55) < ends <= timedelta(hours=1)
    assert me == {"name": SYSTEM, "side": "KR", "organisation": "koica", "scopes": ["read"]}
    person = world.get(COORDINATOR, "/api/v1/me/").json()
    assert (person["organisation"], person["scopes"], person["expires_at"]) == (None, [], None)


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/me/"])
def test_strangers_learn_nothing(world: World, address: str) -> None:
    assert Client().get(address).status_code == 401
    for who in WITHOUT_STANDING:
        assert world.get(who, address).status_code == 403, who
    assert world.get(SYSTEM, address, frobnicate="1").status_code == 400


@pytest.mark.parametrize("path", sorted(RESOURCES))
def test_each_row_says_where_it_is_found(world: World, path: str) -> None:
    page = world.get(COORDINATOR, f"/api/v1/{path}/", page_size="3")
    rows = page.json()["results"]
    for row in rows:
        assert world.get(COORDINATOR, row["url"].removeprefix(settings.ORIGIN)).json() == row
        assert world.get(COORDINATOR, row["html_url"].removeprefix(settings.ORIGIN)).status_code == 200
    assert page["Link"].count("rel=") == 1 + bool(page.json()["next"])
    if page.json()["next"]:
        assert f'<{page.json()["next"]}>; rel="next"' in page["Link"]


def test_several_values_are_written_with_commas_but_not_too_many(world: World) -> None:
    address = "/api/v1/milestones/"
    both = world.rows(COORDINATOR, "milestones", area="chemistry,energy")
    assert {row["area"] for row in both} == {"chemistry", "energy"}
    for asked in ({"area": "chemistry,nowhere"}, {"area": "chemistry,"}, {"side": "UZ,XX"}, {"area": "x," * 60}):
        response = world.get(COORDINATOR, address, **asked)
        assert response.status_code == 400 and response.json()["errors"][0]["field"] == next(iter(asked)), asked


def test_organisation_role_and_side_hold_of_one_executor(world: World) -> None:
    for row in world.rows(COORDINATOR, "milestones", organisation="kia", role="lead"):
        assert ("kia", "lead") in {(one["organisation"], one["role"]) for one in row["executors"]}
    assert world.rows(COORDINATOR, "milestones", organisation="kia", side="UZ") == []


def test_the_token_address_answers_without_its_slash_too(world: World) -> None:
    account = world.actors[SYSTEM].account
    assert account is not None
    header = basic(account.client_id, secret_of(account))
    asked = Client().post("/oauth/token", {"grant_type": "client_credentials"}, headers=header)
    assert asked.status_code == ask_token(header).status_code == 200
