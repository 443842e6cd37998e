"""A system that asks too often is told to wait, and keeps nobody else from asking."""

import pytest
from pytest_django import Settings

from accounts.api import throttles
from partnership.api import RESOURCES
from tests.scenarios.api import COORDINATOR, SYSTEM, World

AREAS = "/api/v1/areas/"


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one minute, so that no test goes over into the next: its fiftieth second."""
    monkeypatch.setattr(throttles, "time", lambda: 60_000_050.0)


@pytest.mark.parametrize("address", [AREAS, "/api/v1/me/", "/api/v1/"])
def test_an_account_has_so_many_requests_a_minute(world: World, settings: Settings, address: str) -> None:
    settings.API_RATES = {"account": 3, "address": 100}
    answers = [world.get(SYSTEM, address) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    problem = answers[-1].json()
    assert answers[-1]["Content-Type"] == "application/problem+json" and answers[-1]["Retry-After"] == "10"
    assert problem["type"] == "urn:roadmaps:problem:too-many-requests" and "Retry-After" in problem["detail"]
    assert world.get(COORDINATOR, address).status_code == 200


def test_the_accounts_of_one_address_share_its_limit(world: World, settings: Settings) -> None:
    settings.API_RATES = {"account": 100, "address": 3}
    codes = [world.get(who, AREAS).status_code for who in (SYSTEM, COORDINATOR, SYSTEM, COORDINATOR)]
    assert codes == [200, 200, 200, 429]


def test_the_next_minute_counts_anew(world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.API_RATES = {"account": 1, "address": 100}
    assert [world.get(SYSTEM, AREAS).status_code for _ in range(2)] == [200, 429]
    monkeypatch.setattr(throttles, "time", lambda: 60_000_080.0)
    assert world.get(SYSTEM, AREAS).status_code == 200


def test_every_resource_counts(world: World, settings: Settings) -> None:
    settings.API_RATES = {"account": 0, "address": 100}
    for path in RESOURCES:
        world.get(SYSTEM, f"/api/v1/{path}/")
        assert world.get(SYSTEM, f"/api/v1/{path}/").status_code == 429, path
