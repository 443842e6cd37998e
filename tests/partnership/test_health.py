"""What watches the product asks two questions without signing in, and reads one word a part."""

from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from celery import Celery
from django.db import OperationalError, connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from accounts.policy.actors import system_actor
from audit.services import record_event
from partnership import health
from reminders.models import Heartbeat
from roadmaps.selectors import AGREEMENT_CHECK

PARTS = ("database", "migrations", "broker", "worker", "beat")


@pytest.fixture
def beating(db: None) -> None:
    for kind in Heartbeat.Kind.values:
        Heartbeat.objects.create(kind=kind, name="here", at=timezone.now() - timedelta(seconds=80))


def ready(client: Client) -> tuple[int, set[str]]:
    """The status, and the parts that failed."""
    response = client.get("/readyz")
    answer = response.json()
    assert set(answer) == {"status", *PARTS, "agreements", "role"}
    assert {answer[name] for name in ("status", *PARTS)} <= {"ok", "failed"}
    assert (answer["status"] == "ok") == (response.status_code == 200)
    return response.status_code, {part for part in PARTS if answer[part] == "failed"}


def test_alive_asks_nothing_of_others(client: Client) -> None:
    """Without the db fixture a query would fail."""
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.usefixtures("beating")
def test_ready_when_all_of_it_works(client: Client) -> None:
    assert ready(client) == (200, set())


@pytest.mark.usefixtures("beating")
@pytest.mark.parametrize("kind", Heartbeat.Kind.values)
def test_a_process_not_heard_of_for_a_minute_and_a_half_is_missing(client: Client, kind: str) -> None:
    Heartbeat.objects.filter(kind=kind).update(at=timezone.now() - timedelta(seconds=91))
    assert ready(client) == (503, {kind})
    Heartbeat.objects.create(kind=kind, name="another host", at=timezone.now())
    assert ready(client) == (200, set())


@pytest.mark.usefixtures("beating")
def test_a_migration_that_is_not_applied_shows(client: Client) -> None:
    MigrationRecorder(connection).record_unapplied("reminders", "0002_credential_notice")
    assert ready(client) == (503, {"migrations"})


@pytest.mark.usefixtures("beating")
def test_a_broker_that_is_away_shows(client: Client, tmp_path: Path) -> None:
    gone = {"data_folder_in": str(tmp_path / "gone"), "data_folder_out": str(tmp_path / "gone")}
    for url, options in (("filesystem://localhost", gone), ("redis://127.0.0.1:1/0", {})):
        app = Celery("of its own", broker=url, broker_transport_options=options, set_as_current=False)
        with mock.patch.object(health, "app", app):
            assert ready(client) == (503, {"broker"})


@pytest.mark.usefixtures("beating")
def test_rows_that_nobody_signed_are_a_warning(client: Client) -> None:
    """Another host or a restart would not mend them."""

    def said() -> str:
        response = client.get("/readyz")
        assert response.status_code == 200
        return str(response.json()["agreements"])

    assert said() == "unchecked"
    for differing, word in (({"RM-07": 1}, "warning"), ({}, "ok")):
        record_event(kind=AGREEMENT_CHECK, act=system_actor("tests").act, differing=differing)
        assert said() == word


def test_a_database_that_is_away_shows(client: Client) -> None:
    """It fails for each part that lives there, and is no error page."""
    with mock.patch.object(connections["default"], "cursor", side_effect=OperationalError("away")):
        assert ready(client) == (503, {"database", "migrations", "worker", "beat"})


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_they_are_read_only(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
