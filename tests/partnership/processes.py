"""Starting the product as a person would: another process, an environment of its own, a folder of its own."""

import os
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

PATIENCE = 300  # seconds: what takes a few on an idle machine takes minutes on a busy one
OWN = (
    "ALLOWED_HOSTS", "DATABASE_URL", "DATA_DIR", "DEBUG", "DEMO", "EMAIL_URL", "MAIL_FROM", "ORIGIN", "PORT",
    "REDIS_URL", "REQUIRE_SECOND_FACTOR", "SECRET_KEY", "SECRET_KEY_FALLBACKS", "STATEMENT_TIMEOUT", "STATIC_ROOT",
    "TRUSTED_PROXIES",
)  # fmt: skip

PRODUCTION = {
    "DEMO": "false",
    "SECRET_KEY": "only-for-this-test-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "roadmaps.example.org",
    "ORIGIN": "https://roadmaps.example.org",
}


def environment(**variables: str) -> dict[str, str]:
    """This process's, without what the product and Django read; then ``variables``."""
    kept = {name: value for name, value in os.environ.items() if name not in OWN and not name.startswith("DJANGO_")}
    return kept | variables


def run(
    arguments: Sequence[str], variables: Mapping[str, str], tree: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    """A Python of the same kind, in the product's folder or in another ``tree``, until it ends."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=tree or settings.BASE_DIR,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def manage(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return run(["manage.py", *arguments], variables)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def copy_of_the_settings(folder: Path) -> Path:
    """A tree of its own that holds just enough to read the settings: a place for a ``.env``."""
    shutil.copytree(settings.BASE_DIR / "partnership", folder / "partnership")
    shutil.copy(settings.BASE_DIR / "manage.py", folder)
    return folder


def read_settings(monkeypatch: pytest.MonkeyPatch, folder: Path, **variables: str) -> dict[str, Any]:
    """Read them anew, in this process, with nothing but ``variables`` set."""
    for name in OWN:
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"DATA_DIR": str(folder)} | variables).items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(settings.BASE_DIR / "partnership" / "settings.py"))


def wait_until(holds: Callable[[], bool], what: str, *, alive: "subprocess.Popen[bytes] | None" = None) -> None:
    """Raises where it does not hold in time, or at once where the process that is to bring it about has ended."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not happen in {PATIENCE} s"
        assert alive is None or alive.poll() is None, f"{what} cannot happen: the process ended with {alive.returncode}"
        time.sleep(0.1)


def default_signals() -> None:
    """For a child about to start: these tests may run under nohup, whose ignored SIGHUP is inherited."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@contextmanager
def started(arguments: Sequence[str], **options: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """A Python in the product's folder; what still runs at the end of the block is killed, whatever failed there."""
    with subprocess.Popen(
        [sys.executable, *arguments], cwd=settings.BASE_DIR, preexec_fn=default_signals, **options
    ) as process:
        try:
            yield process
        finally:
            process.kill()
