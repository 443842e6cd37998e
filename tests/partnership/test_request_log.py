"""Every answer has a number, which its log line, its history and the page of an error have too."""

import errno
import logging
import re
import sqlite3
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import path
from psycopg.errors import QueryCanceled
from pytest_django import Settings

from accounts.policy.actors import system_actor
from common.request_id import WithRequest, current
from partnership import urls

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def _breaks(_request: object) -> None:
    raise RuntimeError("a bug")


def _full(_request: object) -> None:
    raise OperationalError("database or disk is full") from _sqlite_full()


def _sqlite_full() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


def _no_space(_request: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def _too_slow(_request: object) -> None:
    raise OperationalError("canceling statement due to statement timeout") from QueryCanceled("57014")


ADDRESSES: dict[str, Callable[..., Any]] = {
    "breaks": _breaks,
    "full": _full,
    "no-space": _no_space,
    "slow": _too_slow,
    "api/v1/full": _full,
    "api/v1/slow": _too_slow,
}


@pytest.fixture
def broken(settings: Settings) -> Client:
    """A product with addresses that fail."""
    module = ModuleType("urls_that_break")
    patterns = [*(path(name, view) for name, view in ADDRESSES.items()), *urls.urlpatterns]
    vars(module).update(vars(urls) | {"urlpatterns": patterns})
    settings.ROOT_URLCONF = module
    return Client(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/nothing/", "/accounts/login/", "/api/v1/areas/", "/", "/breaks"])
def test_every_answer_has_a_number_of_its_own(broken: Client, address: str) -> None:
    first, second = (broken.get(address, headers={"X-Request-ID": "mine"})["X-Request-ID"] for _ in range(2))
    assert re.fullmatch(UUID, first) and first != second


def test_an_unknown_host_gets_one_too(client: Client) -> None:
    response = client.get("/healthz", headers={"Host": "elsewhere.example"})
    assert response.status_code in (200, 400) and re.fullmatch(UUID, response["X-Request-ID"])


@pytest.mark.django_db
def test_the_page_of_an_error_and_its_log_lines_have_it(broken: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.addFilter(WithRequest())
    with caplog.at_level(logging.INFO):
        response = broken.get("/breaks?name=somebody")
    number = response["X-Request-ID"]
    assert response.status_code == 500 and f"Request {number}." in response.text
    numbers = {record.name: record.request_id for record in caplog.records}  # type: ignore[attr-defined]
    assert numbers == {"django.request": number, "partnership.request_log": number}
    [line] = [record.getMessage() for record in caplog.records if record.name == "partnership.request_log"]
    assert re.fullmatch(r"GET /breaks 500 \d+ ms", line)


@pytest.mark.django_db
def test_a_line_of_the_log_is_one_request(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "partnership.request_log"):
        client.get("/a%0AGET%20/b")
        client.get("/healthz")
    [record] = caplog.records
    assert record.getMessage().startswith("GET /a%0AGET%20/b 404 ")


def test_the_history_has_the_number_of_its_request() -> None:
    token = current.set("the number")
    assert system_actor("tests").act.request_id == "the number"
    current.reset(token)
    assert re.fullmatch(UUID, system_actor("tests").act.request_id)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/full", "/no-space"])
def test_a_full_disk_is_said_as_what_it_is(broken: Client, address: str) -> None:
    response = broken.get(address)
    assert response.status_code == 507
    assert "The disk of the server is full" in response.text and response["X-Request-ID"] in response.text


@pytest.mark.django_db
def test_a_full_disk_is_said_to_partner_systems_too(broken: Client) -> None:
    response = broken.get("/api/v1/full")
    assert (response.status_code, response.json()["detail"]) == (507, "The disk of the server is full.")


@pytest.mark.django_db
def test_a_cache_that_cannot_write_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django's says that the key exists already, and a limit takes that for reached."""
    from partnership.cache import Cache

    cache = Cache("cache", {})
    monkeypatch.setattr("django.core.cache.backends.db.DatabaseCache._base_set", lambda *_a, **_k: False)
    assert cache.add("key", 1) is False

    def full(_folder: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("partnership.cache.require_space", full)
    with pytest.raises(OSError, match="No space"):
        cache.add("key", 1)


@pytest.mark.django_db
def test_what_took_too_long_is_said_as_what_it_is(broken: Client) -> None:
    page = broken.get("/slow")
    assert page.status_code == 503 and "took too long" in page.text and page["X-Request-ID"] in page.text
    problem = broken.get("/api/v1/slow")
    assert problem.status_code == 503 and "Ask for less at once" in problem.json()["detail"]
