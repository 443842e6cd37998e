"""The real runner, in a folder of its own: up, kept alive, stopped, started again."""

import json
import os
import pty
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.request import urlopen

import pytest

from accounts.demo.tour import TOUR
from partnership.environment import ConfigurationError
from partnership.runner import Child, Runner, claim_port
from tests.partnership.processes import PATIENCE, environment, free_port, manage, started, wait_until
from tests.partnership.slow_clients import besieged


def get(port: int, path: str) -> tuple[int, dict[str, str]]:
    """Status and JSON; 0 where nobody answers."""
    server = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        server.request("GET", path, headers={"Host": "localhost"})
        response = server.getresponse()
        return response.status, json.loads(response.read())
    except OSError:
        return 0, {}
    finally:
        server.close()


def page(port: int, path: str) -> bytes:
    with urlopen(f"http://localhost:{port}{path}", timeout=60) as response:
        assert response.status == 200
        read: bytes = response.read()
        return read


def processes(folder: Path) -> set[int]:
    """All that were started with this DATA_DIR, whoever their parent is now."""
    mark = f"DATA_DIR={folder}".encode()
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (entry / "environ").read_bytes().split(b"\0") and (entry / "cmdline").read_bytes():
                found.add(int(entry.name))
        except OSError:  # it has ended meanwhile
            continue
    return found


def process_of(folder: Path, words: str) -> int:
    """The one whose command line holds these words; 0 where there is none."""
    for pid in processes(folder):
        try:
            if words in Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "):
                return pid
        except OSError:
            continue
    return 0


@contextmanager
def running(folder: Path, port: int, databases: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Until the end of the block, where it gets a SIGINT unless it has been stopped by then."""
    variables = environment(DATA_DIR=str(folder), PORT=str(port), **databases)
    with (
        (folder / "said").open("w") as said,
        started(["manage.py", "run"], env=variables, stdout=said, stderr=subprocess.STDOUT) as runner,
    ):
        try:
            yield runner
        finally:
            if runner.poll() is None:
                runner.send_signal(signal.SIGINT)
            runner.wait(PATIENCE)


def cpu_seconds(pid: int) -> float:
    """Of a process and of those of its children that have ended."""
    columns = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in columns[11:15]) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def handlers() -> Iterator[None]:
    """What a runner in this very process sets aside."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def said(folder: Path) -> str:
    return (folder / "said").read_text()


def test_it_is_up_survives_slow_visitors_and_a_killed_worker_stops_whole_and_starts_again(
    tmp_path: Path, databases: dict[str, str]
) -> None:
    port = free_port()
    with running(tmp_path, port, databases) as runner:
        wait_until(lambda: get(port, "/readyz")[0] == 200, "being ready", alive=runner)
        first = cpu_seconds(runner.pid)
        accounts = (tmp_path / "demo-accounts.json").read_text()
        wait_until(lambda: "Ctrl-C" in said(tmp_path), "the welcome", alive=runner)
        assert f"http://localhost:{port}" in said(tmp_path)
        assert str(tmp_path / "demo-accounts.json") in said(tmp_path)
        offered = re.findall(r"^ {4}(\S+)@demo\.invalid +\S+ +\S", said(tmp_path), flags=re.MULTILINE)
        assert offered == [name for name, _purpose in TOUR]

        with besieged(port, "localhost"):
            assert get(port, "/healthz")[0] == 200
            assert get(port, "/readyz")[0] == 200
            assert b"Sign in" in page(port, "/accounts/login/")

        killed = process_of(tmp_path, "celery --app=partnership worker")
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: process_of(tmp_path, "celery --app=partnership worker") not in (0, killed), "another worker")
        assert "worker ended (-9)" in said(tmp_path)

        runner.send_signal(signal.SIGINT)
        assert runner.wait(PATIENCE) == 0
    assert processes(tmp_path) == set()
    assert "does not end by itself" not in said(tmp_path)

    with running(tmp_path, port, databases) as runner:
        wait_until(lambda: get(port, "/healthz")[0] == 200, "the second start", alive=runner)
        # of the processor's time, which other tests beside this one take little from
        assert cpu_seconds(runner.pid) < first / 2
        wait_until(lambda: get(port, "/readyz")[0] == 200, "being ready again", alive=runner)
        assert "\n0 changes\n" in said(tmp_path)
        assert (tmp_path / "demo-accounts.json").read_text() == accounts
        runner.send_signal(signal.SIGTERM)
        assert runner.wait(PATIENCE) == 0
    assert processes(tmp_path) == set()


def test_a_killed_runner_leaves_no_process_behind_and_the_port_free(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port, {}) as runner:
        wait_until(lambda: get(port, "/readyz")[0] == 200, "being ready", alive=runner)
        assert len(processes(tmp_path)) > 3
        runner.kill()
        wait_until(lambda: processes(tmp_path) == set(), "the end of all children")
    claim_port(port)


def test_a_terminal_that_is_closed_leaves_no_process_behind(tmp_path: Path) -> None:
    """The signal comes more than once then (make passes it on), and there is nobody to say a word to any more."""
    port = free_port()
    terminal, end = pty.openpty()
    with started(
        ["manage.py", "run"],
        env=environment(DATA_DIR=str(tmp_path), PORT=str(port)),
        stdin=end,
        stdout=end,
        stderr=end,
        start_new_session=True,
    ) as runner:
        os.close(end)
        try:
            wait_until(lambda: get(port, "/healthz")[0] == 200, "the start", alive=runner)
        finally:
            os.close(terminal)
            for _ in range(20):
                runner.send_signal(signal.SIGHUP)
            runner.wait(PATIENCE)
    assert processes(tmp_path) == set()


def test_a_port_in_use_is_one_sentence_before_anything_is_started(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = manage("run", DATA_DIR=str(tmp_path), PORT=str(port))
    assert done.returncode == 1
    assert re.fullmatch(
        rf"Port {port} cannot be used \(.* by process {os.getpid()}, .+\): stop what runs there, or choose .*\n",
        done.stderr,
    )
    assert not (tmp_path / "roadmaps.sqlite3").exists()


def test_a_port_just_left_is_free() -> None:
    """Connections that linger after a stop do not keep the next start waiting."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        visitor = socket.create_connection(("127.0.0.1", port))
        server.accept()[0].close()
        visitor.close()
    claim_port(port)


def child(folder: Path, code: str, name: str = "web") -> Child:
    """A small process in the place of a large one."""
    script = folder / f"{name}_child.py"
    script.write_text(code)
    return Child(name, [script.stem], folder / f"{name}.log", {**os.environ, "PYTHONPATH": str(folder)})


@pytest.mark.usefixtures("handlers")
def test_a_web_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    broken = child(tmp_path, "raise SystemExit('the reason')")
    with pytest.raises(ConfigurationError, match=r"(?s)The web server does not start; .*the reason"):
        Runner([broken], port=free_port(), say=print).run(lambda: None)


def test_a_dead_child_is_started_again_after_a_while_that_grows(tmp_path: Path) -> None:
    said: list[str] = []
    dying = child(tmp_path, "raise SystemExit(7)")
    dying.start()
    now, waits = dying.since, []
    for _ in range(6):
        assert dying.process
        dying.process.wait()
        dying.look_after(now, said.append)
        assert dying.again_at is not None
        waits.append(dying.again_at - now)
        dying.look_after(dying.again_at - 0.01, said.append)
        assert dying.exit_code == 7  # not yet
        now = dying.again_at
        dying.look_after(now, said.append)
    assert [round(wait) for wait in waits] == [1, 2, 5, 10, 30, 30]
    assert said[0].startswith("web ended (7); starting it again in 1 s.")
    assert dying.process
    dying.process.wait()
    dying.look_after(dying.since + timedelta(minutes=2).total_seconds(), said.append)
    assert "again in 1 s" in said[-1]  # it had lived long enough


def test_what_a_child_started_ends_with_it_even_when_it_will_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partnership.runner.GRACE", 1)
    stubborn = child(
        tmp_path,
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid, flush=True)\n"
        "time.sleep(600)\n",
    )
    runner = Runner([stubborn], port=free_port(), say=lambda _: None)
    stubborn.start()
    wait_until(lambda: stubborn.log.read_text().endswith("\n"), "the grandchild")
    grandchild = int(stubborn.log.read_text())
    runner.end()
    assert stubborn.exit_code == -signal.SIGKILL
    wait_until(lambda: not alive(grandchild), "the grandchild's end")


def test_what_a_stubborn_child_started_ends_when_the_runner_is_killed(tmp_path: Path) -> None:
    """The pipe's end is all that the runner leaves; the child here hears no polite signal."""
    stubborn = child(
        tmp_path,
        "import partnership.tethered, signal, subprocess, sys, time\n"
        "sys.modules['__main__'].GRACE = 0.5\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid, flush=True)\n"
        "time.sleep(600)\n",
    )
    stubborn.start()
    wait_until(lambda: stubborn.log.read_text().endswith("\n"), "the grandchild")
    grandchild = int(stubborn.log.read_text())
    stubborn.let_go()
    wait_until(lambda: stubborn.exit_code is not None and not alive(grandchild), "the end of both")


def alive(pid: int) -> bool:
    """A zombie that nobody has collected yet has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
