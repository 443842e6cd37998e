"""The container files are true: their commands run, their checks answer, and nothing in them is left open.

No engine builds the image here. What it would do that matters is done by hand: the tree as .dockerignore leaves it, the
Dockerfile's own steps in it, and each process started there with a container's environment and nothing else.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from django.conf import settings
from django.db import connection

from partnership.celery import app
from tests.partnership.containers import (
    OURS,
    TREE,
    arguments,
    copy_of_the_context,
    filled,
    ignored,
    services,
    stages,
    variables,
)
from tests.partnership.processes import PATIENCE, PRODUCTION, free_port, wait_until
from tests.partnership.roles import APP, OWNER, Roles
from tests.partnership.slow_clients import besieged

HOST = PRODUCTION["ALLOWED_HOSTS"]
THROUGH_THE_PROXY = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
# What whoever runs it must write into .env; DEMO is off where it is not named
DOTENV = {name: PRODUCTION[name] for name in ("SECRET_KEY", "ALLOWED_HOSTS", "ORIGIN")} | {
    "POSTGRES_PASSWORD": "0123456789abcdef",
    "DATABASE_OWNER_PASSWORD": "fedcba9876543210",
    "DATABASE_PASSWORD": "0011223344556677",
    "REDIS_PASSWORD": "7766554433221100",
    "EMAIL_URL": "smtp://mail:1025",
}


@dataclass(frozen=True)
class Image:
    """What the Dockerfile makes, in a folder: the file system's root, with the product in ``app``."""

    root: Path

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """``given``, with its paths below ``root``, and with the executables that are here."""
        here = {name: f"{self.root}{given[name]}" for name in ("DATA_DIR", "STATIC_ROOT")}
        return {**given, **here, "PATH": f"{Path(sys.executable).parent}:{os.defpath}"}

    def run(self, command: list[str], given: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command,
            cwd=self.root / "app",
            env=self.environment(given),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def files(self) -> set[Path]:
        return {path for folder in ("app", "srv") for path in (self.root / folder).rglob("*")}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """Built by the Dockerfile's own steps, but for the packages, which are those of this environment."""
    built = Image(tmp_path_factory.mktemp("image"))
    copy_of_the_context(built.root / "app")
    steps = [rest for word, rest in stages()[0] if word == "RUN" and "manage.py" in rest]
    assert steps
    for step in steps:
        done = built.run(["sh", "-c", step], variables(stages()[0]))
        assert done.returncode == 0, done.stderr
    return built


def container(service: str) -> dict[str, str]:
    """The environment of one of ours: the image's, then the compose file's."""
    composed = services()[service]["environment"]
    return variables(stages()[-1]) | {name: filled(value, DOTENV) for name, value in composed.items()}


def test_nothing_that_the_product_needs_is_left_out_of_the_image(image: Image) -> None:
    assert (image.root / "srv" / "static" / "staticfiles.json").is_file()
    for path in (TREE / "templates", *settings.STATICFILES_DIRS, *settings.LOCALE_PATHS):
        folder = Path(path).relative_to(TREE)
        assert (image.root / "app" / folder).is_dir() == (TREE / folder).is_dir(), folder
    check = ["python", "-W", "error", "manage.py", "check", "--deploy", "--fail-level=WARNING"]
    done = image.run(check, container("web"))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".git/config",
        ".venv/bin/python",
        "data/secret-key",
        "roadmaps.dump",
        "tests/conftest.py",
        "desk/__pycache__",
    ],
)
def test_what_is_no_part_of_the_product_stays_out_of_the_image(path: str) -> None:
    assert ignored(path)


def test_the_image_is_built_from_what_exists_and_runs_as_nobody_special() -> None:
    build, final = stages()
    assert build[0] == ("FROM", final[0][1] + " AS build")
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", final[0][1])
    assert any("pip install" in rest and "--require-hashes" in rest for word, rest in build if word == "RUN")
    for source in (rest.split()[0] for word, rest in build if word == "COPY"):
        assert (TREE / source).exists() and (source == "." or not ignored(source))
    taken = {rest for word, rest in final if word == "COPY"}
    assert taken == {f"--from=build {path} {path}" for path in ("/venv", "/app", variables(build)["STATIC_ROOT"])}
    assert variables(final)["STATIC_ROOT"] == variables(build)["STATIC_ROOT"]
    assert [rest for word, rest in final if word == "USER"] == ["10001:10001"]
    assert json.loads(dict(final)["CMD"])  # a list: the process hears the signals itself


@pytest.mark.parametrize("name", services())
def test_a_service_can_do_no_more_than_it_must(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"cap_add", "privileged", "network_mode", "pid", "env_file"} & set(service)
    if name in OURS:
        assert "user" not in service  # the image's
    else:
        assert service["user"] not in ("root", "0")
        # of PostgreSQL two numbers are the whole version
        whole = r"postgres:\d+\.\d+-\w+|(redis|axllent/mailpit):v?\d+\.\d+\.\d+(-\w+)?"
        assert re.fullmatch(whole, service["image"])
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"]) and service["cpus"] <= 2 and service["pids_limit"] <= 200
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_the_database_and_redis_are_reachable_from_inside_only() -> None:
    networks = yaml.safe_load((TREE / "docker-compose.yml").read_text())["networks"]
    assert networks["inside"] == {"internal": True}
    for name, service in services().items():
        outside = name in ("web", "worker", "mail")
        assert ("outside" in service["networks"]) == outside
        assert ("inside" in service["networks"]) == (name != "mail")
        assert not service.get("ports") or name in ("web", "mail")
    assert "--requirepass" in services()["redis"]["command"]
    for name in OURS:
        address = urlsplit(container(name)["REDIS_URL"])
        assert (address.hostname, address.password) == ("redis", DOTENV["REDIS_PASSWORD"])


def test_only_the_migration_is_the_owner_of_the_tables() -> None:
    roles = {name: urlsplit(container(name)["DATABASE_URL"]).username for name in OURS}
    assert roles == {"migrate": OWNER, "web": APP, "worker": APP, "beat": APP}
    made = services()["db"]["environment"]
    assert (made["DATABASE_OWNER"], made["DATABASE_APP"]) == (OWNER, APP)
    assert made["POSTGRES_USER"] not in (OWNER, APP)
    assert "./deploy/roles.sql:/docker-entrypoint-initdb.d/roles.sql:ro" in services()["db"]["volumes"]


def texts(of: object) -> Iterator[str]:
    if isinstance(of, str):
        yield of
    elif isinstance(of, dict | list):
        for part in of.values() if isinstance(of, dict) else of:
            yield from texts(part)


@pytest.mark.parametrize("name", DOTENV)
def test_what_must_be_set_is_asked_for_in_a_sentence(name: str) -> None:
    """None of it stands in the file, and none of it has a default that would pass for a setting."""
    known = {other: value for other, value in DOTENV.items() if other != name}
    with pytest.raises(LookupError, match=rf"^Set {name} in \.env\b.*\.$"):
        [filled(text, known) for text in texts(services())]


def test_the_workers_take_every_queue_that_tasks_are_sent_to() -> None:
    app.loader.import_default_modules()
    own = [name for name in app.tasks if not name.startswith("celery.")]
    assert own
    queues = {app.amqp.router.route({}, name)["queue"].name for name in own}
    taken = [part for part in arguments(services()["worker"]["command"]) if part.startswith("--queues=")]
    assert set(taken[0].removeprefix("--queues=").split(",")) == queues


@pytest.fixture
def places(roles: Roles, databases: dict[str, str]) -> Iterator[dict[str, str]]:
    """What db, redis and mail are here, with db's roles. The queues have a number of their own beside other tests'."""
    if not databases.get("REDIS_URL"):
        pytest.skip("needs PostgreSQL and Redis")
    made = {name: filled(value, DOTENV) for name, value in services()["db"]["environment"].items()}
    roles.make(databases["DATABASE_URL"], made)
    mail = Controller(Sink(), hostname="127.0.0.1", port=free_port())
    mail.start()
    yield {
        "DATABASE_URL": databases["DATABASE_URL"],
        "REDIS_URL": urlsplit(databases["REDIS_URL"])._replace(path="/6").geturl(),
        "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}",
    }
    mail.stop()


@dataclass(frozen=True)
class Composed:
    """The compose file's own services, on this machine's ports."""

    image: Image
    places: dict[str, str]
    roles: Roles
    port: int

    def environment(self, service: str) -> dict[str, str]:
        """As in the file, after a look at whether it names the services that are there."""
        given = container(service)
        for name in self.places:
            assert urlsplit(given[name]).hostname in services()
        return (
            given
            | self.places
            | {"DATABASE_URL": self.roles.address(self.places["DATABASE_URL"], given["DATABASE_URL"])}
        )

    def command(self, parts: list[str]) -> list[str]:
        return [self.roles.here(part.replace("8000", str(self.port))) for part in arguments(parts)]

    def run(self, service: str, command: list[str]) -> "subprocess.CompletedProcess[str]":
        return self.image.run(self.command(command), self.environment(service))

    def healthy(self, service: str) -> bool:
        return self.run(service, services()[service]["healthcheck"]["test"]).returncode == 0

    @contextmanager
    def up(self, service: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Until the end of the block, where nothing of it is left."""
        with (self.image.root / f"{service}.log").open("wb") as log:
            process = subprocess.Popen(
                self.command(services()[service]["command"]),
                cwd=self.image.root / "app",
                env=self.image.environment(self.environment(service)),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def get(self, path: str, **headers: str) -> tuple[int, str, str]:
        """Status, place to go on to, and text, as the proxy gets them; 0 where nobody answers."""
        server = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            server.request("GET", path, headers={"Host": HOST, **headers})
            response = server.getresponse()
            return response.status, response.headers.get("Location", ""), response.read().decode()
        except OSError:
            return 0, "", ""
        finally:
            server.close()


@pytest.mark.postgresql
@pytest.mark.skipif(connection.vendor != "postgresql", reason="production runs on PostgreSQL and Redis")
def test_the_composed_processes_come_up_answer_and_end(image: Image, places: dict[str, str], roles: Roles) -> None:
    composed = Composed(image, places, roles, free_port())
    files = image.files()
    for _ in range(2):  # at every `up`
        done = composed.run("migrate", services()["migrate"]["command"])
        assert done.returncode == 0, done.stderr
    with ExitStack() as stack:
        running = {name: stack.enter_context(composed.up(name)) for name in ("web", "worker", "beat")}
        wait_until(lambda: composed.get("/readyz")[0] == 200, "being ready")

        assert '"role": "ok"' in composed.get("/readyz")[2]
        assert composed.get("/")[:2] == (301, f"https://{HOST}/")
        status, _, page = composed.get("/accounts/login/", **THROUGH_THE_PROXY)
        assert status == 200
        style = re.search(r"/static/css/[a-z]+\.[0-9a-f]{12}\.css", page)
        assert style and composed.get(style[0], **THROUGH_THE_PROXY)[0] == 200

        with besieged(composed.port, HOST):
            assert composed.get("/accounts/login/", **THROUGH_THE_PROXY)[0] == 200
            assert composed.get("/readyz")[0] == 200

        assert composed.run("web", ["python", "manage.py", "sendtestemail", "somebody@example.org"]).returncode == 0
        assert [name for name in running if not composed.healthy(name)] == []

        for name, process in running.items():
            process.send_signal(signal.SIGTERM)
            grace = int(services()[name]["stop_grace_period"].removesuffix("s"))
            assert process.wait(grace) == 0, name
    with psycopg.connect(places["DATABASE_URL"]) as database:
        database.execute("UPDATE reminders_heartbeat SET at = at - interval '2 minutes'")
    assert [name for name in running if composed.healthy(name)] == []
    assert image.files() == files  # where they cannot write they did not
