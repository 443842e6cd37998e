"""What watches the product asks two questions without signing in, and reads one word a part."""

from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from celery import Celery
from django.db import OperationalError, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.policy.actors import system_actor
from audit.services import record_event
from partnership import health
from reminders.default_stages import ensure_stages
from reminders.models import Heartbeat, Message, Notice, NoticeState, Stage
from roadmaps.selectors import AGREEMENT_CHECK
from tests.scenarios.people import loner

PARTS = ("database", "migrations", "broker", "worker", "beat")
FIGURES = ("mail_oldest_unsent_seconds", "mail_stuck", "mail_refused")


@pytest.fixture
def beating(db: None) -> None:
    for kind in Heartbeat.Kind.values:
        Heartbeat.objects.create(kind=kind, name="here", at=timezone.now() - timedelta(seconds=80))


def ready(client: Client) -> tuple[int, set[str]]:
    """The status, and the parts that failed."""
    response = client.get("/readyz")
    answer = response.json()
    assert set(answer) - set(FIGURES) == {"status", *PARTS, "agreements", "role", "mail"}
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
    [newest] = MigrationLoader(connection).graph.leaf_nodes("reminders")
    MigrationRecorder(connection).record_unapplied(*newest)
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


@pytest.mark.usefixtures("beating")
def test_the_mail_is_counted_and_a_warning(client: Client) -> None:
    """What waits for more than an hour, and what was refused; /readyz stays 200, and /metrics has the same."""

    def said() -> tuple[object, ...]:
        response = client.get("/readyz")
        assert response.status_code == 200
        answer = response.json()
        metrics = dict(line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines() if line[0] != "#")
        assert {f"roadmaps_{name}" for name in FIGURES} <= metrics.keys()
        assert metrics["roadmaps_mail_stuck"] == str(answer["mail_stuck"])
        assert metrics['roadmaps_part_ok{part="worker"}'] == "1"
        return answer["mail"], answer["mail_oldest_unsent_seconds"] // 60, answer["mail_stuck"], answer["mail_refused"]

    assert said() == ("ok", 0, 0, 0)
    now = timezone.now()
    user = loner()
    ensure_stages(by=system_actor("tests"))
    message = Message.objects.create(recipient=user, created_at=now)
    notice = Notice.objects.create(
        subject_kind="milestone",
        subject_id=1,
        stage=Stage.objects.all()[0],
        recipient=user,
        capacity="officer",
        anchor=now.date(),
        moment=now,
        planned_at=now - timedelta(minutes=59, seconds=30),
        message=message,
    )
    assert said() == ("ok", 59, 0, 0)
    Notice.objects.update(planned_at=now - timedelta(minutes=61, seconds=30))
    assert said() == ("warning", 61, 1, 0)
    notice.state, notice.planned_at = NoticeState.REFUSED, now
    notice.save()
    assert said() == ("warning", 0, 0, 1)
    Notice.objects.update(state=NoticeState.SENT)
    assert said() == ("ok", 0, 0, 0)


def test_the_metrics_are_not_for_visitors(client: Client, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 404


def test_a_database_that_is_away_shows(client: Client) -> None:
    """It fails for each part that lives there, and is no error page."""
    with mock.patch.object(connections["default"], "cursor", side_effect=OperationalError("away")):
        assert ready(client) == (503, {"database", "migrations", "worker", "beat"})


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_they_are_read_only(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
