"""Worker and beat leave a sign of life in the database, on every broker."""

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from celery import Celery
from celery.beat import ScheduleEntry
from celery.schedules import crontab
from django.db import OperationalError

from reminders.models import Heartbeat
from reminders.scheduler import StatelessScheduler
from reminders.services import record_heartbeat
from reminders.tasks import heartbeat

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.django_db
def test_one_row_a_kind_and_host_however_often_it_beats() -> None:
    for minutes in range(3):
        record_heartbeat(kind="worker", now=NOW + timedelta(minutes=minutes))
    record_heartbeat(kind="beat", now=NOW)
    assert list(Heartbeat.objects.order_by("kind").values_list("kind", "at")) == [
        ("beat", NOW),
        ("worker", NOW + timedelta(minutes=2)),
    ]


@pytest.mark.django_db
def test_a_host_not_heard_of_for_a_day_is_forgotten() -> None:
    Heartbeat.objects.create(kind="worker", name="a container of yesterday", at=NOW - timedelta(hours=25))
    Heartbeat.objects.create(kind="worker", name="a host at rest", at=NOW - timedelta(hours=23))
    record_heartbeat(kind="beat", now=NOW)
    assert set(Heartbeat.objects.values_list("name", flat=True)) >= {"a host at rest"}
    assert not Heartbeat.objects.filter(name="a container of yesterday").exists()


@pytest.mark.django_db
def test_the_task_is_the_workers_sign_of_life() -> None:
    heartbeat()
    assert Heartbeat.objects.get().kind == "worker"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> StatelessScheduler:
    """With one interval and one time of day. The connection stays open: in a test it is the transaction."""
    monkeypatch.setattr("reminders.scheduler.close_old_connections", lambda: None)
    app = Celery("of its own", broker="memory://", set_as_current=False)
    app.conf.beat_schedule = {
        "often": {"task": "reminders.tasks.heartbeat", "schedule": 30},
        "nightly": {"task": "reminders.tasks.heartbeat", "schedule": crontab(hour=3, minute=0)},
    }
    return StatelessScheduler(app=app)


def test_what_recurs_is_due_at_the_start_and_a_time_of_day_waits_for_it(made: StatelessScheduler) -> None:
    """Nothing is remembered from the last run, so nothing is waited for after a stop."""
    with mock.patch.object(made, "apply_async") as sent, mock.patch.object(made, "_leave_heartbeat"):
        assert made.tick() <= 30
    [call] = sent.call_args_list
    assert call.args[0].name == "often"


def test_intervals_do_not_depend_on_the_clock_of_the_machine(
    made: StatelessScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set back an hour, it is still sent every 30 seconds; a time of day that has run does not run again."""
    clock = Clock(monkeypatch)
    sent: list[str] = []

    def send(entry: ScheduleEntry, **_: object) -> mock.Mock:
        sent.append(str(entry.name))
        return mock.Mock()

    monkeypatch.setattr(made, "apply_async", send)
    monkeypatch.setattr(made, "_leave_heartbeat", lambda: None)
    nightly = made.schedule["nightly"]
    nightly.last_run_at = NOW - timedelta(hours=7)  # at 02:00, before its time
    monkeypatch.setattr(nightly.schedule, "nowfun", lambda: clock.wall)
    for _ in range(4):
        made.tick()
        clock.pass_(30)
    assert (sent.count("often"), sent.count("nightly")) == (4, 1)
    clock.wall -= timedelta(hours=1)
    for _ in range(20):
        made.tick()
        clock.pass_(30)
    assert (sent.count("often"), sent.count("nightly")) == (24, 1)


class Clock:
    """The machine's clock, and the one that is never set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall, self.steady = NOW, 1000.0
        monkeypatch.setattr("reminders.scheduler.monotonic", lambda: self.steady)

    def pass_(self, seconds: int) -> None:
        self.steady += seconds
        self.wall += timedelta(seconds=seconds)


@pytest.mark.django_db
def test_a_heartbeat_from_the_future_is_stale() -> None:
    Heartbeat.objects.create(kind="worker", name="here", at=NOW + timedelta(hours=1))
    assert not Heartbeat.objects.fresh(NOW).exists()
    Heartbeat.objects.create(kind="worker", name="another host", at=NOW + timedelta(seconds=2))
    assert Heartbeat.objects.fresh(NOW).get().name == "another host"


@pytest.mark.django_db
def test_a_tick_leaves_a_sign_of_life(made: StatelessScheduler) -> None:
    with mock.patch.object(made, "apply_async") as sent:
        made.tick()
    assert sent.call_count == 1
    assert Heartbeat.objects.get().kind == "beat"


def test_beat_outlives_a_database_that_is_away(made: StatelessScheduler) -> None:
    with (
        mock.patch.object(made, "apply_async"),
        mock.patch("reminders.scheduler.record_heartbeat", side_effect=OperationalError("away")) as tried,
    ):
        made.tick()
        assert tried.called
