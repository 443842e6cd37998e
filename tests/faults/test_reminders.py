"""Workers are killed, queues are lost, everything runs twice: each person still has each stage under one Message-ID.

Real workers and beats in processes of their own, on the database of this test, and a real mail server. No lease is
waited for: its time is set into the past.
"""

import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from aiosmtpd.smtp import SMTP
from celery import Celery
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from reminders.models import Message, MessageState, Notice
from reminders.services.delivery import dispatch
from reminders.services.delivery.leases import claim
from reminders.services.planning import plan
from tests.faults.smtp import Moment, Server, Taken, new_server, serving
from tests.partnership.processes import environment, wait_until
from tests.scenarios.races import at_once
from tests.scenarios.reminders import member, on, set_up

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_database")]

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="many writers need PostgreSQL")
WORKER = ("worker", "--pool=threads", "--concurrency=4")
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")
BEAT = ("beat", "--pidfile=")


class Processes:
    """Workers and beats with one broker, in a folder or on a Redis database of this test run's own."""

    def __init__(self, folder: Path, server: Server, redis_url: str) -> None:
        self.folder = folder
        self.running: list[subprocess.Popen[bytes]] = []
        self.redis = redis_url
        name = connection.settings_dict["NAME"]
        if connection.vendor == "postgresql":
            database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        else:
            database = f"sqlite:///{name}"
        self.environment = environment(
            DATA_DIR=str(folder),
            DEMO="1",
            DATABASE_URL=database,
            REDIS_URL=self.redis,
            EMAIL_URL=f"smtp://127.0.0.1:{server.port}",
        )
        self.queues = Celery("of its own", broker=self.redis or "filesystem://localhost", set_as_current=False)
        if not self.redis:
            queue, control = folder / "broker" / "queue", folder / "broker" / "control"
            for place in (queue, control):
                place.mkdir(parents=True)
            places = {"data_folder_in": str(queue), "data_folder_out": str(queue), "control_folder": str(control)}
            self.queues.conf.broker_transport_options = places

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{command[0]}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "--app=partnership", *command],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        self.running.append(process)
        return process

    def work(self) -> "subprocess.Popen[bytes]":
        return self.start(*WORKER, *QUIET)

    def sweep(self) -> None:
        self.queues.send_task("reminders.tasks.sweep", queue="default")

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Once what is being done is done; or at once."""
        for process in self.running:
            process.send_signal(number)
        for process in self.running:
            process.wait(60)


@contextmanager
def own_redis() -> Iterator[str]:
    """One of the server's numbered databases that no other run of these tests uses; none where there is no Redis."""
    if not settings.REDIS_URL:
        yield ""
        return
    shared = redis.Redis.from_url(settings.REDIS_URL)
    number = next((n for n in range(10, 16) if shared.set(f"tests:{n}", "taken", nx=True, ex=600)), None)
    assert number, "all its databases are in use by other runs of these tests"
    url = urlsplit(settings.REDIS_URL)._replace(path=f"/{number}").geturl()
    own = redis.Redis.from_url(url)
    own.flushdb()
    try:
        yield url
    finally:
        own.flushdb()
        shared.delete(f"tests:{number}")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(new_server()) as server:
        yield server


@pytest.fixture
def processes(transactional_db: None, tmp_path: Path, server: Server) -> Iterator[Processes]:
    with own_redis() as url:
        found = Processes(tmp_path, server, url)
        try:
            yield found
        finally:
            found.stop(signal.SIGKILL)
            found.queues.close()
            sys.stderr.writelines(log.read_text() for log in tmp_path.glob("*.log"))  # shown where the test fails


@pytest.fixture
def people(transactional_db: None) -> list[User]:
    """Whom two deadlines that have passed concern."""
    passed = on(timezone.localdate() - timedelta(days=20))
    set_up((passed, "minenergy"), (passed, "minenergy"))
    return [member(role, code) for code in ("minenergy", "motie") for role in ("officer", "head", "officer")]


def all_sent() -> bool:
    states = list(Message.objects.values_list("state", flat=True))
    return bool(states) and set(states) == {MessageState.SENT}


def assert_one_message_each(server: Server, people: list[User]) -> None:
    """One Message-ID a person, whatever arrived twice was the same; and the notices say so."""
    by_person: dict[str, set[Taken]] = defaultdict(set)
    for mail in server.taken:
        by_person[mail.recipient].add(mail)
    assert by_person.keys() == {person.email for person in people}
    assert all(len(mails) == 1 for mails in by_person.values())
    assert len({mail.message_id for mails in by_person.values() for mail in mails}) == len(people)
    told = Notice.objects.filter(stage__code="overdue", state="sent").values_list("recipient", "subject_id")
    assert len(set(told)) == len(told) == 2 * len(people)
    assert not Notice.objects.filter(state="waiting").exists()


@pytest.mark.parametrize(
    ("moment", "twins", "in_doubt"),
    [("recipient", 0, False), ("content", 0, True), ("taken", 1, True)],
    ids=["before the mail", "during the mail", "after the mail, before the answer"],
)
def test_a_worker_is_killed_in_the_middle_of_a_digest_run(
    processes: Processes, server: Server, people: list[User], moment: Moment, twins: int, in_doubt: bool
) -> None:
    worker = processes.work()

    def kill(_server: SMTP) -> None:
        worker.kill()

    server.then("taken", "250 OK")  # the first of them goes well
    server.then(moment, kill)
    processes.sweep()
    wait_until(lambda: worker.poll() is not None, "the worker's death")
    left = Message.objects.get(lease_until__isnull=False)
    assert bool(left.handed_over_at) == in_doubt
    assert not all_sent()

    Message.objects.filter(pk=left.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    processes.work()
    processes.sweep()
    wait_until(all_sent, "the rest of the mails")
    assert len(server.taken) == len(people) + twins
    assert_one_message_each(server, people)


def test_two_beats_and_two_workers_send_each_mail_once(
    processes: Processes, server: Server, people: list[User]
) -> None:
    for _ in range(2):
        processes.work()
        processes.start(*BEAT)
    for _ in range(5):
        processes.sweep()
    wait_until(all_sent, "the mails")
    processes.sweep()
    processes.stop()
    assert len(server.taken) == len(people)
    assert_one_message_each(server, people)


@pytest.mark.postgresql
@pytest.mark.skipif(not settings.REDIS_URL, reason="a flushed Redis needs one")
def test_a_flushed_redis_loses_nothing(processes: Processes, server: Server, people: list[User]) -> None:
    broker = redis.Redis.from_url(processes.redis)
    now = timezone.now()
    plan(now=now)
    dispatch(
        now=now, enqueue=lambda ids: processes.queues.send_task("reminders.tasks.deliver", args=[ids], queue="mail")
    )
    assert broker.llen("mail") == 1
    broker.flushdb()
    processes.work()
    processes.sweep()
    wait_until(all_sent, "the mails")
    assert len(server.taken) == len(people)
    assert_one_message_each(server, people)


@pytest.mark.postgresql
@on_postgresql
def test_one_of_two_that_reach_for_a_message_has_it(people: list[User]) -> None:
    """And two dispatchers at once make one message a person, for twenty rounds."""
    now = timezone.now()
    plan(now=now)
    for _ in range(20):
        at_once(*[lambda: dispatch(now=now, enqueue=lambda _ids: None)] * 2)
        messages = list(Message.objects.filter(state=MessageState.WAITING))
        assert len(messages) == len(people)
        for message in messages[:2]:
            leases = at_once(*[lambda: claim(message_id=message.pk, now=now)] * 2)  # noqa: B023
            assert sum(lease is not None for lease in leases) == 1
        Message.objects.update(state=MessageState.CANCELLED)
