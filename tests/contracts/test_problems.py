"""Whatever is sent, the answer is a problem with a sentence, of the right status, and nothing is stored."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core import signing
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken

from accounts.models import ServiceAccount
from accounts.policy.actors import system_actor
from audit.acting import acting
from common.api.keyset import SALT
from programme.api import AreaViewSet
from tests.contracts.schema import faults_of
from tests.scenarios.api import COORDINATOR, SYSTEM, World, client_of, token_of

AREAS = "/api/v1/areas/"
LONG = "x" * 10_000


def said(response: Any, status: int) -> dict[str, Any]:
    """The problem, which has its form."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert faults_of("Problem", body) == [] and body["status"] == status and body["detail"].endswith(".")
    assert "Traceback" not in response.content.decode()
    return body


def rows_of_all_tables() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models() if model._meta.managed}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        # NUL bytes, broken encoding, lines
        (f"{AREAS}?kind=a%00b", 400),
        (f"{AREAS}?%00=1", 400),
        (f"{AREAS}?cursor=%00", 400),
        (f"{AREAS}en%00ergy/", 404),
        (f"{AREAS}?kind=%ff%fe", 400),
        (f"{AREAS}?kind=%zz", 400),
        (f"{AREAS}%ff%zz/", 404),
        (f"{AREAS}energy%0A/", 404),
        ("/api/v1/%0A/", 404),
        (f"{AREAS}?kind=%ed%a0%80", 400),
        # huge, long, of another type
        (f"{AREAS}?page_size=99999999999999999999", 400),
        (f"{AREAS}?page_size=1e3", 400),
        (f"{AREAS}?page_size=1.0", 400),
        (f"{AREAS}?cursor={LONG}", 400),
        (f"{AREAS}?kind={LONG}", 400),
        (f"{AREAS}{LONG}/", 404),
        (f"/api/v1/milestones/?road_map={LONG}", 400),
        ("/api/v1/milestones/?due_before=06/07/2025", 400),
        ("/api/v1/milestones/?due_before=2025-02-30", 400),
        ("/api/v1/milestones/?due_before=99999-01-01", 400),
        ("/api/v1/milestones/?completed=1", 400),
        ("/api/v1/milestones/?precision=DAY", 400),
        ("/api/v1/milestones/not-a-uuid/", 404),
        ("/api/v1/milestones/00000000-0000-0000-0000-000000000000/", 404),
        # no such address
        ("/api/", 404),
        ("/api/v2/areas/", 404),
        (f"{AREAS}energy/more/", 404),
    ],
)
def test_bad_input_is_a_problem(world: World, address: str, status: int) -> None:
    before = rows_of_all_tables()
    for who in (SYSTEM, COORDINATOR):
        said(world.get(who, address), status)
    assert rows_of_all_tables() == before


def test_a_cursor_of_ours_that_no_longer_fits_its_column_is_a_problem(world: World) -> None:
    """As after an update that changed what orders the list."""
    list_of, _value, key = signing.loads(world.cursor(COORDINATOR, "milestones"), salt=SALT)
    cursor = signing.dumps([list_of, "no day", key], salt=SALT)
    address = f"/api/v1/milestones/?cursor={cursor}"
    assert [place["field"] for place in said(world.get(COORDINATOR, address), 400)["errors"]] == ["cursor"]


def test_a_request_to_a_host_that_is_not_ours_is_told_so_in_the_form_of_its_door(world: World) -> None:
    client = world.clients[SYSTEM]
    said(client.get(AREAS, headers={"Host": "elsewhere.example"}), 400)
    page = client.get("/", headers={"Host": "elsewhere.example"})
    assert page.status_code == 400 and "Open the site at its usual address" in page.content.decode()


def test_without_its_slash_an_address_leads_to_the_right_one(world: World) -> None:
    response = world.get(SYSTEM, "/api/v1/areas?kind=anchor")
    assert response.status_code == 301 and response["Location"] == f"{AREAS}?kind=anchor"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(world: World, method: str) -> None:
    before = rows_of_all_tables()
    client = world.clients[SYSTEM]
    for address in (AREAS, f"{AREAS}energy/"):
        response = getattr(client, method)(address, data='{"code": "x"}', content_type="application/json")
        said(response, 405)
        assert "GET" in response["Allow"] and method.upper() not in response["Allow"]
    assert rows_of_all_tables() == before


def test_what_is_asked_for_in_another_form_is_not_acceptable(world: World) -> None:
    said(world.clients[SYSTEM].get(AREAS, headers={"Accept": "text/html"}), 406)
    assert world.clients[SYSTEM].get(AREAS, headers={"Accept": "text/html, */*;q=0.1"}).status_code == 200


@pytest.mark.parametrize("language", ["uz", "ru", "ko", "xx", "*", "en;q=zz", LONG])
def test_any_accept_language_is_answered(world: World, language: str) -> None:
    said(world.clients[SYSTEM].get(f"{AREAS}?frobnicate=1", headers={"Accept-Language": language}), 400)


# who is not let in


def account(world: World) -> ServiceAccount:
    found = world.actors[SYSTEM].account
    assert found is not None
    return ServiceAccount.objects.get(pk=found.pk)


def changed(row: ServiceAccount, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    with acting(system_actor("tests").act):
        row.save()


def test_a_token_ends_with_its_time_its_account_and_its_scope(world: World) -> None:
    client = world.clients[SYSTEM]
    assert client.get(AREAS).status_code == 200
    changed(account(world), scopes=["webhooks"])
    said(client.get(AREAS), 403)
    changed(account(world), scopes=["read"], revoked_at=timezone.now())
    said(client.get(AREAS), 401)
    changed(account(world), revoked_at=None)
    assert client.get(AREAS).status_code == 200
    AccessToken.objects.filter(application=account(world)).update(expires=timezone.now() - timedelta(seconds=1))
    assert "WWW-Authenticate" in client.get(AREAS)
    said(client.get(AREAS), 401)


def test_a_token_opens_no_more_than_it_was_asked_for(world: World) -> None:
    changed(account(world), scopes=["read", "webhooks"])
    token = token_of(account(world), scope="webhooks")
    said(Client().get(AREAS, headers={"Authorization": f"Bearer {token}"}), 403)


@pytest.mark.parametrize(
    "header",
    [
        *("", " ", "Bearer", "Bearer ", "Bearer  ", "bearer x", "Bearer a b", f"Bearer {LONG}", "Bearer \x00"),
        *("Bearer é", "Bearer \ud55c", "Basic eDp5", "Token x", "Bearer" + "\t" + "x", "Digest", "=" * 99),
    ],
)
def test_a_header_that_is_no_token_of_ours_opens_nothing(world: World, header: str) -> None:
    before = rows_of_all_tables()
    response = Client().get(AREAS, HTTP_AUTHORIZATION=header)
    said(response, 401)
    assert response["WWW-Authenticate"].startswith("Bearer ")
    assert rows_of_all_tables() == before


def test_a_token_in_the_address_or_the_body_opens_nothing(world: World) -> None:
    token = token_of(account(world))
    for name in ("access_token", "token", "bearer_token"):
        said(Client().get(f"{AREAS}?{name}={token}"), 401)
    said(Client().generic("GET", AREAS, f"access_token={token}", "application/x-www-form-urlencoded"), 401)


def test_a_token_beside_a_session_is_the_one_that_counts(world: World) -> None:
    client = client_of(world.actors[COORDINATOR])
    said(client.get(AREAS, headers={"Authorization": "Bearer wrong"}), 401)


# what goes wrong on our side


def test_an_error_of_ours_is_a_problem_that_tells_nothing_of_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(view: AreaViewSet) -> Any:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr(AreaViewSet, "get_queryset", broken)
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {token_of(account(world))}"})
    response = client.get(AREAS)
    assert said(response, 500)["type"] == "urn:roadmaps:problem:server-error"
    assert "secret of the house" not in response.content.decode()
