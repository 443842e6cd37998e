"""What is wrong in the environment is one sentence that says what to do, whichever door meets it first."""

import re
import sqlite3
import stat
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from partnership.environment import ConfigurationError
from tests.partnership.processes import OWN, PRODUCTION, copy_of_the_settings, manage, read_settings, run

NOWHERE = "postgres://postgres@127.0.0.1:1/nowhere"


def sentence(done: "subprocess.CompletedProcess[str]") -> str:
    """The one sentence on stderr; there is nothing else, and the exit code says that it failed."""
    assert done.returncode > 0
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.strip()


def named(value: object) -> str:
    return " ".join(f"{name}={value[name]}"[:40] for name in value) if isinstance(value, dict) else "says"


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"DEMO": "maybe"}, r"DEMO=maybe: write true or false\."),
        ({"DATA_DIR": "/proc/roadmaps"}, r"DATA_DIR: cannot write in /proc/roadmaps \(.*\): make it writable"),
        ({"DATABASE_URL": "nonsense", "DEMO": "1"}, r"DATABASE_URL: write postgres://"),
        (
            {"DATABASE_URL": NOWHERE, "DEMO": "1"},
            r"The database does not answer \(.*\): start it, or correct DATABASE",
        ),
        ({"DATABASE_URL": NOWHERE}, r"SECRET_KEY: set it to at least 50 random characters"),
    ],
    ids=named,
)
def test_what_cannot_work_is_one_sentence(variables: dict[str, str], says: str, tmp_path: Path) -> None:
    done = manage("migrate", **({"DATA_DIR": str(tmp_path)} | variables))
    assert re.match(says, sentence(done))
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"DEBUG": "2"}, r"DEBUG=2: write true or false\."),
        ({"PORT": "http"}, r"PORT=http: write a number from 0 to 65535\."),
        ({"PORT": "65536"}, r"PORT=65536: write a number"),
        ({"PORT": "-1"}, r"PORT=-1: write a number"),
        ({"DATABASE_URL": "mysql://me@host/name"}, r"DATABASE_URL: write postgres://"),
        ({"DATABASE_URL": "postgres://me@host:port/name"}, r"DATABASE_URL: write postgres://"),
        ({"DATABASE_URL": "postgres://me@host"}, r"DATABASE_URL: write postgres://"),
        ({"DATABASE_URL": "postgres://[host/name"}, r"DATABASE_URL: write postgres://"),
        ({"DATABASE_URL": "sqlite://:memory:"}, r"DATABASE_URL: write postgres://"),
        ({"DATABASE_URL": "sqlite:///:memory:"}, r"DATABASE_URL: write postgres://"),
        ({"DATABASE_URL": "sqlite:////tmp/a#b"}, r"DATABASE_URL: write \? as %3F and # as %23"),
        ({"REDIS_URL": "localhost:6379"}, r"REDIS_URL: write redis://"),
        ({"DATA_DIR": "{file}"}, r"DATA_DIR: cannot write in .*: make it writable"),
        ({"DATA_DIR": "{file}/below"}, r"DATA_DIR: cannot write in .*: make it writable"),
        ({"EMAIL_URL": "pigeon://roof"}, r"EMAIL_URL: write smtp\+tls://USER"),
        ({"EMAIL_URL": "mail.example.org"}, r"EMAIL_URL: write smtp\+tls://USER"),
        ({"EMAIL_URL": "consolemail://"}, r"EMAIL_URL: write smtp\+tls://USER"),
        ({"EMAIL_URL": "smtp+tls://me:pa#ss@host:587"}, r"EMAIL_URL: .*percent-encoded: # as %23, / as %2F"),
        ({"EMAIL_URL": "smtp+tls://me:pa/ss@host:587"}, r"EMAIL_URL: .*percent-encoded: # as %23, / as %2F"),
        ({"EMAIL_URL": "smtp+tls://me:pa?ss@host:587"}, r"EMAIL_URL: .*percent-encoded"),
        ({"EMAIL_URL": "smtp+tls://me:pa@ss@host:587"}, r"EMAIL_URL: .*percent-encoded"),
        ({"EMAIL_URL": "smtp://host:port"}, r"EMAIL_URL: write smtp\+tls://.* a number as the port"),
        ({"EMAIL_URL": "smtp://:25"}, r"EMAIL_URL: write smtp\+tls://"),
        ({"MAIL_FROM": "Road maps"}, r"MAIL_FROM: write an address such as"),
        ({"MAIL_FROM": "Road maps <>"}, r"MAIL_FROM: write an address such as"),
        ({"MAIL_FROM": "дорога@example.org"}, r"MAIL_FROM: write an address such as"),
        ({"ORIGIN": "roadmaps.example.org"}, r"ORIGIN: write the address that people open"),
        ({"ORIGIN": "http://roadmaps.example.org"}, r"ORIGIN: write the address that people open"),
        ({"ORIGIN": "https://roadmaps.example.org/path"}, r"ORIGIN: write the address that people open"),
    ],
    ids=named,
)
def test_a_wrong_variable_says_what_to_write(
    variables: dict[str, str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    given = {"DEMO": "1"} | {name: value.format(file=file) for name, value in variables.items()}
    with pytest.raises(ConfigurationError, match=f"^{says}"):
        read_settings(monkeypatch, tmp_path, **given)


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY: set it to at least 50 random characters"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY: set it to at least 50 random characters"),
        ({"SECRET_KEY": "x" * 60}, "SECRET_KEY: set it to at least 50 random characters"),
        ({"SECRET_KEY": "django-insecure-0123456789-abcdefghijklmnopqrstuvwxyz"}, "SECRET_KEY: set it to at least 50"),
        ({"DEBUG": "true"}, "DEBUG shows secrets to visitors"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS: list the host names"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS: list the host names"),
        ({"ALLOWED_HOSTS": "roadmaps.example.org, *"}, "ALLOWED_HOSTS: list the host names"),
        ({"ORIGIN": ""}, "ORIGIN: write the address"),
        ({"EMAIL_URL": "pigeon://roof"}, "EMAIL_URL: write smtp"),
    ],
    ids=named,
)
def test_without_demo_it_refuses_what_is_unsafe(
    variables: dict[str, str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError, match=f"^{says}"):
        read_settings(monkeypatch, tmp_path, **(PRODUCTION | variables))


def test_production_goes_to_postgresql_redis_and_smtp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = read_settings(
        monkeypatch,
        tmp_path,
        **PRODUCTION,
        DATABASE_URL="postgres://me:secret@db.example.org:5433/roadmaps",
        REDIS_URL="redis://redis.example.org:6379/2",
        EMAIL_URL="smtp+tls://me:secret@mail.example.org:587",
    )
    database = read["DATABASES"]["default"]
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example.org", 5433, "roadmaps")
    assert read["CELERY_BROKER_URL"] == "redis://redis.example.org:6379/2"
    assert read["CACHES"]["default"]["LOCATION"] == "redis://redis.example.org:6379/3"
    assert (read["EMAIL_HOST"], read["EMAIL_PORT"], read["EMAIL_USE_TLS"]) == ("mail.example.org", 587, True)
    assert (read["RP_ID"], read["MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"]) == ("roadmaps.example.org", False)


@pytest.mark.parametrize(
    ("url", "port", "starttls", "implicit"),
    [
        ("smtp://mail.example.org", 25, False, False),
        ("smtp+tls://mail.example.org", 587, True, False),
        ("smtps://mail.example.org", 465, False, True),
        ("smtp+ssl://mail.example.org:2465/", 2465, False, True),
    ],
)
def test_the_scheme_of_the_mail_server_says_how_it_is_encrypted(
    url: str, port: int, starttls: bool, implicit: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = read_settings(monkeypatch, tmp_path, EMAIL_URL=url)
    assert (read["EMAIL_HOST"], read["EMAIL_PORT"]) == ("mail.example.org", port)
    assert (read["EMAIL_USE_TLS"], read["EMAIL_USE_SSL"]) == (starttls, implicit)


def test_a_password_is_percent_encoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = read_settings(monkeypatch, tmp_path, EMAIL_URL="smtps://me%40here:a%23b%2Fc+d%25@mail.example.org")
    assert (read["EMAIL_HOST_USER"], read["EMAIL_HOST_PASSWORD"]) == ("me@here", "a#b/c+d%")


def test_the_sender_may_have_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = "Road maps <roadmaps@example.org>"
    assert read_settings(monkeypatch, tmp_path, MAIL_FROM=sender)["DEFAULT_FROM_EMAIL"] == sender


@pytest.mark.parametrize(
    "variables", [{"EMAIL_URL": "smtp://me:a#b@host"}, {"MAIL_FROM": "nobody"}], ids=["EMAIL_URL", "MAIL_FROM"]
)
def test_a_wrong_mail_server_or_sender_is_one_sentence_at_the_start(variables: dict[str, str], tmp_path: Path) -> None:
    assert sentence(manage("check", DATA_DIR=str(tmp_path), **variables)).startswith(next(iter(variables)))


def test_a_demo_keeps_everything_in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = read_settings(monkeypatch, tmp_path, PORT="8123")
    assert read["DEMO"]
    assert read["DATABASES"]["default"]["NAME"] == str(tmp_path / "roadmaps.sqlite3")
    assert read["EMAIL_FILE_PATH"] == str(tmp_path / "mail")
    assert (read["ORIGIN"], read["RP_ID"]) == ("http://localhost:8123", "localhost")


@pytest.mark.parametrize("folder", ["d#1", "d?x=1", "d%20e", "d+e", "d e", "yo‘l 지도", "a&b;c"])
def test_a_folder_may_have_any_name(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / folder
    database = read_settings(monkeypatch, place)["DATABASES"]["default"]
    assert database["NAME"] == str(place / "roadmaps.sqlite3")
    with sqlite3.connect(database["NAME"]) as file:
        file.execute("CREATE TABLE a (b)")
    assert (place / "roadmaps.sqlite3").stat().st_size


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"# a comment\n\nPORT=8001\nthis is no setting\n", ".env, line 4: write NAME=value"),
        (b"PORT 8001\n", ".env, line 1: write NAME=value"),
        (b"\xff\xfe\x00", ".env cannot be read: make it a readable text file in UTF-8."),
    ],
)
def test_a_broken_env_file_is_one_sentence(content: bytes, says: str, tmp_path: Path) -> None:
    tree = copy_of_the_settings(tmp_path)
    (tree / ".env").write_bytes(content)
    assert sentence(run(["manage.py", "check"], {}, tree)).startswith(says)


def test_the_environment_wins_over_the_env_file(tmp_path: Path) -> None:
    tree = copy_of_the_settings(tmp_path)
    (tree / ".env").write_text("PORT=one\nDEMO=true\n")
    assert sentence(run(["manage.py", "check"], {}, tree)).startswith("PORT=one: write a number")
    assert sentence(run(["manage.py", "check"], {"PORT": "two"}, tree)).startswith("PORT=two: write a number")


@pytest.mark.parametrize(
    ("door", "exit_code"),
    [
        (("-c", "import partnership.wsgi"), 3),  # 3 tells gunicorn not to try again
        (("-m", "celery", "--app=partnership", "worker", "--pool=threads"), 1),
        (("-m", "celery", "--app=partnership", "beat"), 1),
    ],
    ids=["web", "worker", "beat"],
)
def test_every_door_says_the_same_sentence(door: tuple[str, ...], exit_code: int, tmp_path: Path) -> None:
    done = run(door, {"DATA_DIR": str(tmp_path), "DEMO": "maybe"})
    assert sentence(done) == "DEMO=maybe: write true or false."
    assert done.returncode == exit_code


def test_production_settings_are_accepted_and_the_deployment_check_is_silent(tmp_path: Path) -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION, DATA_DIR=str(tmp_path))
    assert done.stderr == ""
    assert done.returncode == 0


def test_the_demo_keeps_a_secret_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made once, for its owner only; sessions survive a second start."""
    first, second = (read_settings(monkeypatch, tmp_path)["SECRET_KEY"] for _ in range(2))
    assert first == second
    assert len(first) == 50
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def test_the_example_lists_every_variable() -> None:
    example = (settings.BASE_DIR / ".env.example").read_text(encoding="utf-8")
    listed = re.findall(r"^#([A-Z_]+)=", example, flags=re.MULTILINE)
    sources = [settings.BASE_DIR / "partnership" / "settings.py"]
    read = re.findall(r"environment\.\w+\(\s*\"([A-Z_]+)\"", "".join(source.read_text() for source in sources))
    composed = re.findall(r"\$\{([A-Z_]+)", (settings.BASE_DIR / "docker-compose.yml").read_text(encoding="utf-8"))
    assert set(read) == set(OWN)
    assert set(listed) == set(read) | set(composed)


def test_the_example_can_be_used_as_it_is(tmp_path: Path) -> None:
    tree = copy_of_the_settings(tmp_path)
    (tree / ".env").write_bytes((settings.BASE_DIR / ".env.example").read_bytes())
    assert sentence(run(["manage.py", "check"], {"DEMO": "maybe"}, tree)).startswith("DEMO=maybe")
