"""A whole installation of a test's own, with a mail server that misbehaves and a clock that the test sets.

PostgreSQL, Redis, and workers and beats by the commands of the compose file.

Nothing of the machine is used: the servers are started from their binaries, on free ports, in folders of their own.
"""

import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import redis
from celery import Celery
from django.conf import settings

from tests.faults.smtp import Server, Taken
from tests.partnership.containers import arguments, services
from tests.partnership.processes import PRODUCTION, environment, free_port, wait_until

AS_POSTGRES = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()


class PostgreSQL:
    """A server whose data are lost with the folder."""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="faults-"))
        if AS_POSTGRES:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "-D", f"{self.data}", "-A", "trust", "-U", "postgres", "--no-sync")
        self.start()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, name: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Also after it was killed: what is left of it may hold its memory for a moment."""
        options = f"-p {self.port} -k {self.folder} -c fsync=off -c listen_addresses=127.0.0.1"
        wait_until(lambda: self._run("pg_ctl", "-D", f"{self.data}", "-o", options, "-w", "start") == 0, "PostgreSQL")

    def kill(self) -> None:
        os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def remove(self) -> None:
        self._run("pg_ctl", "-D", f"{self.data}", "-m", "immediate", "stop")
        shutil.rmtree(self.folder)

    def _run(self, *command: str) -> int:
        with (self.folder / "log").open("ab") as log:
            done = subprocess.run([*AS_POSTGRES, *command], stdout=log, stderr=log, cwd="/", check=False, timeout=120)
        return done.returncode


class Clock:
    """What the processes take for the time; it runs at the speed of the real one."""

    def __init__(self, folder: Path) -> None:
        self.file, self.library = folder / "offset", folder / "clock.so"
        self.file.write_bytes(bytes(8))
        source = Path(__file__).with_name("clock.c")
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", f"{self.library}", f"{source}"], check=True)

    @property
    def now(self) -> datetime:
        [offset] = struct.unpack("l", self.file.read_bytes())
        return datetime.now(UTC) + timedelta(seconds=offset)

    def set(self, moment: datetime) -> None:
        offset = round((moment - datetime.now(UTC)).total_seconds())
        with self.file.open("r+b") as file:  # in place: the processes have it mapped
            file.write(struct.pack("l", offset))

    def forward(self, by: timedelta) -> None:
        self.set(self.now + by)


class Installation:
    """``people`` are the addresses of whom the deadline concerns."""

    def __init__(self, folder: Path, postgresql: PostgreSQL, database: str, clock: Clock, server: Server) -> None:
        self.folder, self.postgresql, self.database = folder, postgresql, database
        self.clock, self.server = clock, server
        self.people: list[str] = []
        self.running: list[subprocess.Popen[bytes]] = []
        self.redis_port = free_port()
        self.redis: subprocess.Popen[bytes] | None = None
        self.start_redis()
        self.environment = environment(
            **PRODUCTION,
            DATA_DIR=str(folder),
            DATABASE_URL=postgresql.url(database),
            REDIS_URL=f"redis://127.0.0.1:{self.redis_port}/0",
            EMAIL_URL=f"smtp://127.0.0.1:{server.port}",
            CLOCK_OFFSET=str(clock.file),
            LD_PRELOAD=str(clock.library),
        )
        self.queues = Celery("of its own", broker=self.environment["REDIS_URL"], set_as_current=False)

    def stage(self, *, now: datetime, due: date, plan: str) -> None:
        self.clock.set(now)
        self.people = json.loads(self._python("-m", "tests.faults.stage", due.isoformat(), plan))

    def migrate(self) -> None:
        self._python("manage.py", "migrate", "--verbosity=0")

    def start(self, service: str) -> "subprocess.Popen[bytes]":
        """Start a process by the command of the compose file."""
        command = arguments(services()[service]["command"])
        if service == "worker":  # as each container has its own name
            command += [f"--hostname={len(self.running)}@%h"]
        with (self.folder / f"{service}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def sweep(self) -> None:
        self.queues.send_task("reminders.tasks.sweep", queue="default")

    def start_redis(self) -> None:
        command = ["redis-server", "--port", f"{self.redis_port}", "--save", "", "--dir", f"{self.folder}"]
        self.redis = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        client = redis.Redis(port=self.redis_port)

        def answers() -> bool:
            with suppress(redis.ConnectionError):
                return bool(client.ping())
            return False

        wait_until(answers, "Redis")

    def kill_redis(self) -> None:
        assert self.redis
        self.redis.kill()
        self.redis.wait()

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.postgresql.url(self.database), autocommit=True) as database:
            cursor = database.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def states(self) -> set[str]:
        return {state for (state,) in self.ask("SELECT DISTINCT state FROM reminders_notice")}

    def sweep_until(self, done: Callable[[], bool], what: str, step: timedelta = timedelta()) -> None:
        """Sweep again and again, each time so much later: what was put off becomes due, and leases run out."""

        def looked() -> bool:
            self.clock.forward(step)
            self.sweep()
            with suppress(AssertionError):
                wait_until(lambda: done() or self.idle(), what)
            return done()

        wait_until(looked, what)

    def idle(self) -> bool:
        """Nobody sends anything, and no task waits."""
        client = redis.Redis(port=self.redis_port)
        return not any(client.llen(name) for name in ("mail", "default")) and not client.hlen("unacked")

    def settled(self) -> bool:
        """Something was planned, and nothing waits."""
        states = self.states()
        return bool(states) and "waiting" not in states

    def all_sent(self) -> bool:
        return self.settled() and "sent" in self.states()

    def assert_each_once(self, people: list[str] | None = None) -> None:
        """Every one of them received one email, under one Message-ID; what came twice was the same."""
        received: dict[str, set[Taken]] = defaultdict(set)
        for mail in self.server.taken:
            received[mail.recipient].add(mail)
        wanted = set(self.people if people is None else people)
        assert received.keys() == wanted, (wanted - received.keys(), received.keys() - wanted)
        assert [mails for mails in received.values() if len(mails) != 1] == []
        assert len({mail.message_id for mails in received.values() for mail in mails}) == len(received)

    def stop(self) -> None:
        for process in self.running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.queues.close()
        self.kill_redis()

    def logs(self) -> Iterator[str]:
        """Yield what the processes said: shown where the test fails."""
        for log in self.folder.glob("*.log"):
            yield log.read_text(errors="replace")

    def _python(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=settings.BASE_DIR,
            env=self.environment | {"DJANGO_SETTINGS_MODULE": "partnership.settings"},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def tmpfs(folder: Path, size: str) -> Iterator[Path]:
    """A small disk."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", f"{folder}"], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", f"{folder}"], check=True)
