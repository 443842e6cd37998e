"""The embedded run: web, worker and beat as three children of one process that keeps them alive and stops them all.

Each child leads a session of its own, so that what it starts can be ended with it, and Ctrl-C reaches this process
alone. Each is tethered by a pipe: when this process ends, even by kill -9, they end too. Beat is no part of the worker:
killed, a worker would leave it behind to queue on.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep
from types import FrameType

from partnership.environment import ConfigurationError

HOST = "127.0.0.1"
GRACE = 10  # seconds for a clean end, then the whole group is killed
STARTED = 60  # seconds within which the first page must answer
PATIENCE = (1, 2, 5, 10, 30)  # seconds before a dead child is started again, longer each time
SETTLED = 60  # seconds after which a child that ends is no longer one that cannot start


def on_stop(handler: Callable[[int, FrameType | None], object]) -> None:
    """Ctrl-C, a polite kill, and a terminal that is closed, unless nohup has said that this means nothing."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def claim_port(port: int) -> None:
    """Asked before anything is started: a web server that waits for its port says so to its log only.

    Raises: ConfigurationError.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            reason = f"{error.strerror}{listener(port)}"
            raise ConfigurationError(
                f"Port {port} cannot be used ({reason}): stop what runs there, or choose another: PORT=8001."
            ) from None


def listener(port: int) -> str:
    """Return which process listens at the port, such as " by process 812, gunicorn"; "" where that cannot be told."""
    try:
        lines = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()]
        sockets = {f"socket:[{row[9]}]" for row in lines if row[3] == "0A" and row[1].endswith(f":{port:04X}")}
    except (OSError, IndexError):  # no Linux
        return ""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if sockets & {os.readlink(file) for file in (entry / "fd").iterdir()}:
                return f" by process {entry.name}, {(entry / 'comm').read_text().strip()}"
        except OSError:  # it has ended, or is another user's
            continue
    return ""


@dataclass
class Child:
    """One process that is to live, with its log."""

    name: str
    arguments: Sequence[str]
    log: Path
    environment: dict[str, str]
    deaths: int = 0
    since: float = 0
    again_at: float | None = None  # when it is to be started again; None while it lives
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    tether: int | None = None  # the end of the pipe that this process holds, and no other

    def start(self) -> None:
        end = self._new_tether()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "partnership.tethered", str(end), *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                start_new_session=True,
                pass_fds=[end],
            )
        os.close(end)
        self.since, self.again_at = monotonic(), None

    def _new_tether(self) -> int:
        """Return the end of a new pipe for the child."""
        self.let_go()
        end, self.tether = os.pipe()
        return end

    def let_go(self) -> None:
        """Close the pipe of a child that has ended."""
        if self.tether is not None:
            os.close(self.tether)
            self.tether = None

    @property
    def exit_code(self) -> int | None:
        return self.process.poll() if self.process else None

    def look_after(self, now: float, say: Callable[[str], None]) -> None:
        """Start it again where it has ended, after a while that grows with each early death."""
        if self.exit_code is not None and self.again_at is None:
            self.signal(signal.SIGKILL)  # what it started does not outlive it
            self.deaths = 1 if now - self.since > SETTLED else self.deaths + 1
            wait = PATIENCE[min(self.deaths, len(PATIENCE)) - 1]
            self.again_at = now + wait
            say(f"{self.name} ended ({self.exit_code}); starting it again in {wait} s. Its log: {self.log}")
        if self.again_at is not None and now >= self.again_at:
            self.start()

    def signal(self, number: signal.Signals) -> None:
        """To all that it started; nothing where it has all ended."""
        if self.process:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return


def children(*, port: int, data_dir: Path) -> list[Child]:
    """What runs, none of it started. The logs begin anew."""
    logs, temporary = data_dir / "logs", data_dir / "tmp"
    for folder in (logs, temporary):
        folder.mkdir(exist_ok=True)
    # messages pass through the temporary folder: moved on one disk they are there whole, or not at all
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"}
    celery = ["celery", "--app=partnership"]
    commands = {
        "web": [
            "gunicorn",
            f"--bind={HOST}:{port}",
            "--worker-class=partnership.buffered_worker.BufferedWorker",
            "--threads=8",
            "--no-control-socket",
            "partnership.wsgi",
        ],
        "worker": [
            *celery,
            "worker",
            "--queues=mail,default",
            "--pool=threads",
            "--concurrency=4",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "--loglevel=WARNING",
        ],
        "beat": [*celery, "beat", "--pidfile=", "--loglevel=WARNING"],
    }
    found = [Child(name, command, logs / f"{name}.log", environment) for name, command in commands.items()]
    for child in found:
        child.log.write_bytes(b"")
    return found


class Runner:
    """Starts the children, keeps them alive until a signal says stop, and leaves no process behind."""

    def __init__(self, family: Sequence[Child], *, port: int, say: Callable[[str], None]) -> None:
        self.family = family
        self.port = port
        self.say = say
        # a plain flag: the lock inside an Event waits for ever where a second signal interrupts the first one's handler
        self.stopping = False

    def run(self, welcome: Callable[[], None]) -> None:
        """Blocks. ``welcome`` is called once the first page answers. Raises: ConfigurationError where it never does."""
        on_stop(self._stop)
        try:
            for child in self.family:
                child.start()
            self._wait_for_web()
            if not self.stopping:
                welcome()
            while not self.stopping:
                for child in self.family:
                    child.look_after(monotonic(), self.say)
                sleep(0.2)
        finally:
            self.end()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _wait_for_web(self) -> None:
        web = self.family[0]
        deadline = monotonic() + STARTED
        while not self.stopping and not answers(self.port):
            if web.exit_code is not None or monotonic() > deadline:
                raise ConfigurationError(f"The web server does not start; {web.log} says why:\n{last_lines(web.log)}")
            sleep(0.1)

    def end(self) -> None:
        self.say("Stopping ...")
        for child in self.family:
            child.signal(signal.SIGTERM)
        deadline = monotonic() + GRACE
        for child in self.family:
            if child.process:
                try:
                    child.process.wait(max(0.0, deadline - monotonic()))
                except subprocess.TimeoutExpired:
                    self.say(f"{child.name} does not end by itself.")
            child.signal(signal.SIGKILL)
            if child.process:
                child.process.wait()
            child.let_go()


def answers(port: int) -> bool:
    """Whether the web server is there: any answer counts, whatever host name and scheme the product insists on."""
    connection = HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def last_lines(log: Path, count: int = 12) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])
