"""Whatever fails, the mail server has received one email a person and stage, and none is lost.

Real processes by the commands of the compose file, on a PostgreSQL, a Redis and a clock of the test's own: see
`installation.py`. `make test-faults` runs them.
"""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from http.client import HTTPConnection
from pathlib import Path

import psycopg
import pytest

from tests.faults.installation import Clock, Installation, PostgreSQL, tmpfs
from tests.faults.smtp import Deed, Moment, Taken, closes, hangs, new_server, serving
from tests.partnership.processes import environment, free_port, started, wait_until

pytestmark = pytest.mark.faults

NOW = datetime(2026, 12, 2, 6, tzinfo=UTC)  # a Wednesday, after nine in both countries
PASSED = date(2026, 12, 1)  # the day before: the last stage
SOON = date(2026, 12, 7)  # three working days later
HOUR = timedelta(hours=1)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    """With the database ``base``, in which only the migrations have run."""
    server = PostgreSQL()
    try:
        with psycopg.connect(server.url("postgres"), autocommit=True) as database:
            database.execute("CREATE DATABASE base")
        folder = tmp_path_factory.mktemp("base")
        base = Installation(folder, server, "base", Clock(folder), new_server())
        try:
            base.migrate()
        finally:
            base.stop()
        yield server
    finally:
        server.remove()


@pytest.fixture
def installation(postgresql: PostgreSQL, tmp_path: Path) -> Iterator[Installation]:
    name = f"test_{os.urandom(4).hex()}"
    with psycopg.connect(postgresql.url("postgres"), autocommit=True) as database:
        database.execute(f"CREATE DATABASE {name} TEMPLATE base".encode())
    with serving(new_server()) as server:
        found = Installation(tmp_path, postgresql, name, Clock(tmp_path), server)
        try:
            yield found
        finally:
            found.stop()
            sys.stderr.writelines(found.logs())


def text(mail: Taken) -> str:
    part = message_from_bytes(mail.raw, policy=default).get_body(("plain",))
    assert part
    return str(part.get_content())


FAULTS: list[tuple[Moment, Deed]] = [
    ("recipient", "421 4.3.2 Closing down"),
    ("recipient", "451 4.3.0 Try again later"),
    ("recipient", "550 5.7.1 Relaying denied"),
    ("recipient", closes),
    ("content", "451 4.3.0 Try again later"),
    ("content", "552 5.3.4 Too big"),
    ("content", "554 5.7.1 Rejected"),
    ("content", closes),
    ("taken", closes),
    ("taken", hangs),
]


def test_each_person_meets_another_fault_of_the_mail_server(installation: Installation) -> None:
    """All of them at once, and one whose address does not exist until it is corrected."""
    installation.stage(now=NOW, due=PASSED, plan=f"UZ:{len(FAULTS) + 2}")
    *people, gone, fine = installation.people
    for person, (moment, deed) in zip(people, FAULTS, strict=True):
        installation.server.once(person, moment, deed)
    installation.server.once(gone, "recipient", "550 5.1.1 No such person here")
    installation.start("worker")
    installation.sweep_until(installation.settled, "all but one", step=HOUR)
    installation.assert_each_once([*people, fine])
    assert len(installation.server.taken) == len(people) + 1 + 2, "where the server had it, it came twice"
    [(state, said)] = installation.ask(
        "SELECT state, error FROM reminders_message JOIN accounts_user u ON u.id = recipient_id WHERE email = %s", gone
    )
    assert (state, said) == ("refused", "550 5.1.1 No such person here")
    installation.ask("UPDATE accounts_user SET email = 'right@example.invalid' WHERE email = %s", gone)
    installation.sweep_until(lambda: installation.states() <= {"sent", "superseded"}, "the last one")
    installation.assert_each_once([*people, fine, "right@example.invalid"])


def test_a_relay_that_refuses_everybody_for_days_loses_nothing(installation: Installation) -> None:
    installation.stage(now=NOW, due=PASSED, plan="UZ:4,KR:4")
    installation.server.otherwise("recipient", "550 relaying denied")
    installation.start("worker")
    for _ in range(5):
        before = installation.server.asked
        installation.sweep_until(lambda: installation.server.asked > before, "an attempt", step=20 * HOUR)  # noqa: B023
    assert installation.server.taken == []
    assert installation.states() <= {"waiting", "superseded"}
    installation.server.otherwise("recipient", "")
    installation.sweep_until(installation.all_sent, "the mails", step=HOUR)
    installation.assert_each_once()
    assert any("550 relaying denied" in log and "ERROR" in log for log in installation.logs())


def test_postgresql_is_killed_after_the_mail_and_before_its_record(installation: Installation) -> None:
    installation.stage(now=NOW, due=PASSED, plan="UZ:3")
    installation.server.once(installation.people[1], "taken", lambda _server: installation.postgresql.kill())
    installation.server.once(installation.people[2], "recipient", closes)
    installation.start("worker")
    installation.sweep()
    wait_until(lambda: len(installation.server.taken) == 2, "the second mail")
    installation.postgresql.start()
    installation.sweep_until(installation.all_sent, "the rest", step=HOUR)
    installation.assert_each_once()
    assert len(installation.server.taken) == 4


def test_redis_is_emptied_and_away_and_back(installation: Installation) -> None:
    installation.stage(now=NOW, due=PASSED, plan="UZ:2,KR:2")
    installation.sweep()
    installation.kill_redis()
    installation.start("worker")
    installation.start("beat")
    installation.start_redis()
    wait_until(installation.all_sent, "the mails, without another word")
    installation.assert_each_once()
    assert len(installation.server.taken) == 4


def test_two_beats_and_four_workers_send_each_mail_once(installation: Installation) -> None:
    installation.stage(now=NOW, due=PASSED, plan="UZ:12,KR:12")
    for _ in range(2):
        installation.start("beat")
    installation.start("worker")
    for _ in range(3):
        installation.start("worker")
    for _ in range(8):
        installation.sweep()
    wait_until(installation.all_sent, "the mails")
    wait_until(installation.idle, "the end of all sweeps")
    installation.assert_each_once()
    assert len(installation.server.taken) == 24


@pytest.mark.parametrize(
    ("due", "back"),
    [
        # Navruz is on 21 March; in 2026 Chuseok is from 24 to 26 September, a Thursday to a Saturday
        (date(2026, 3, 20), datetime(2026, 3, 25, 6, tzinfo=UTC)),
        (date(2026, 9, 23), datetime(2026, 9, 29, 6, tzinfo=UTC)),
    ],
    ids=["Navruz", "Chuseok"],
)
def test_after_five_days_down_each_hears_of_the_newest_stage(
    installation: Installation, due: date, back: datetime
) -> None:
    installation.stage(now=back, due=due, plan="UZ:2,KR:2")
    installation.start("worker")
    installation.sweep_until(installation.all_sent, "the mails")
    installation.sweep_until(installation.idle, "another sweep", step=HOUR)
    installation.assert_each_once()
    assert all("The deadline has passed" in text(mail) for mail in installation.server.taken)
    assert installation.states() == {"sent", "superseded"}


def test_the_clock_is_set_back_an_hour(installation: Installation) -> None:
    """What becomes due then is sent a minute later, and not an hour."""
    installation.stage(now=NOW, due=date(2027, 6, 30), plan="UZ:2,KR:2")
    installation.start("worker")
    installation.start("beat")
    since = "SELECT 1 FROM reminders_heartbeat GROUP BY 1 HAVING count(DISTINCT kind) = 2"
    wait_until(lambda: bool(installation.ask(since)), "the first signs of life")
    installation.clock.forward(-HOUR)
    installation.ask("UPDATE roadmaps_milestone SET due_on = %s", PASSED)
    wait_until(installation.all_sent, "the mails")
    installation.assert_each_once()
    [(at,)] = installation.ask("SELECT max(sent_at) FROM reminders_message")
    assert at < NOW - HOUR + timedelta(minutes=10)


CHANGES = {
    "moved": ("UPDATE roadmaps_milestone SET due_on = '2027-06-30'", 0),
    "dropped": ("UPDATE roadmaps_milestone SET dropped_in_id = (SELECT min(id) FROM roadmaps_roadmapversion)", 0),
    "completed": ("UPDATE roadmaps_milestone SET completed_on = '2026-12-02'", 0),
    "left": ("UPDATE accounts_membership SET valid_to = '2026-11-30'", 0),
    "language": ("UPDATE accounts_user SET language = 'ko'", 2),
}
UNDONE = (
    "UPDATE roadmaps_milestone SET due_on = '2026-12-07', dropped_in_id = NULL, completed_on = NULL",
    "UPDATE accounts_membership SET valid_to = NULL",
)


def test_what_changes_between_the_plan_and_the_sending_is_heeded(installation: Installation) -> None:
    """Each change alone, one after the other in one run; then it is undone."""
    installation.stage(now=NOW, due=SOON, plan="UZ:1,KR:1")
    installation.start("worker")
    server = installation.server
    for name, (change, mails) in CHANGES.items():
        server.otherwise("content", "451 4.3.0 Try again later")
        asked = server.asked
        installation.sweep_until(lambda: server.asked >= asked + 2, "the first attempts")  # noqa: B023
        wait_until(installation.idle, "their end")
        installation.ask(change)
        server.otherwise("content", "")
        installation.sweep_until(installation.settled, f"the end of: {name}", step=HOUR)
        assert len(server.taken) == mails, name
        for undone in UNDONE:
            installation.ask(undone)
        installation.clock.set(NOW)
    assert all(message_from_bytes(mail.raw)["Content-Language"] == "ko" for mail in server.taken)


def get(port: int, path: str) -> tuple[int, str]:
    server = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        server.request("GET", path, headers={"Host": "localhost"})
        response = server.getresponse()
        return response.status, response.read().decode()
    except OSError:
        return 0, ""
    finally:
        server.close()


def test_the_disk_of_an_embedded_run_fills_up_and_is_cleared(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """No process ends, sign-in says what it is, and afterwards all goes on."""
    port = free_port()
    with tmpfs(tmp_path / "disk", "120m") as disk:
        variables = environment(DATA_DIR=str(disk), PORT=str(port))
        with started(["manage.py", "run"], env=variables) as runner:
            wait_until(lambda: get(port, "/readyz")[0] == 200, "being ready", alive=runner)
            with sqlite3.connect(disk / "roadmaps.sqlite3", isolation_level=None) as reader:
                # a log that is empty and may not begin anew: now every write needs room
                emptied = "PRAGMA wal_checkpoint(TRUNCATE)"
                wait_until(lambda: reader.execute(emptied).fetchone()[0] == 0, "an empty log")
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM accounts_user").fetchone()
                fill(disk / "filler")
                broken = disk / "broker" / "queue" / "1_broken.default.msg"
                broken.touch()  # as the library's own transport leaves it
                wait_until(lambda: not broken.exists(), "its being set aside")
                assert sign_in(port) == 507
            reader.close()
            (disk / "filler").unlink()
            wait_until(lambda: get(port, "/readyz")[0] == 200, "being ready again", alive=runner)
            assert sign_in(port) == 200
            runner.terminate()
            assert runner.wait(60) == 0
    assert " ended (" not in capfd.readouterr().out, "no process had to be started again"


def fill(file: Path) -> None:
    with file.open("wb", buffering=0) as filler, suppress(OSError):
        while filler.write(bytes(4096)):
            pass


def sign_in(port: int) -> int:
    """With a wrong password, as a browser does. Returns the status."""
    server = HTTPConnection("127.0.0.1", port, timeout=60)
    server.request("GET", "/accounts/login/", headers={"Host": "localhost"})
    response = server.getresponse()
    response.read()
    cookie = response.headers["Set-Cookie"].split(";")[0]
    body = f"login=nobody@example.invalid&password=wrong&csrfmiddlewaretoken={cookie.partition('=')[2]}"
    headers = {"Host": "localhost", "Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    server.request("POST", "/accounts/login/", body, {**headers, "Origin": f"http://localhost:{port}"})
    status = server.getresponse().status
    server.close()
    return status
