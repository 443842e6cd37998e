"""Reading the environment. Whatever is wrong in it is one sentence that says what to do."""

import fcntl
import os
import re
import tempfile
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.management.utils import get_random_secret_key
from django.core.validators import EmailValidator
from environ import Env

YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class ConfigurationError(SystemExit):
    """What is set cannot work; the sentence says what to do.

    Python itself prints it on stderr and ends the process with 1, whichever door read the settings first:
    no door has to catch it, and none can go on without it.
    """


def read_file(path: Path) -> None:
    """Let ``.env`` fill what the environment does not set. A file that is not there is fine.

    Raises: ConfigurationError for a line that is neither ``NAME=value``, a comment nor empty: the library skips those.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"{path.name} cannot be read: make it a readable text file in UTF-8.") from None
    for number, line in enumerate(lines, start=1):
        if line and not line.startswith("#") and not re.match(r"(export )?[A-Za-z_][A-Za-z_0-9]*=", line):
            raise ConfigurationError(f"{path.name}, line {number}: write NAME=value, or begin a comment with #.")
    Env.read_env(path)


def text(name: str, default: str = "") -> str:
    """An empty variable counts as one that is not set."""
    return os.environ.get(name, "").strip() or default


def words(name: str) -> list[str]:
    """What stands between commas."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def switch(name: str, *, default: bool) -> bool:
    value = text(name).lower()
    if value and value not in YES + NO:
        raise ConfigurationError(f"{name}={value}: write true or false.")
    return value in YES if value else default


def number(name: str, *, default: int, most: int) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or int(value) > most:
        raise ConfigurationError(f"{name}={value}: write a number from 0 to {most}.")
    return int(value)


def folder(name: str, default: Path) -> Path:
    """The folder, made where it is missing, and found to be writable by writing into it."""
    path = Path(text(name, str(default))).expanduser().absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise ConfigurationError(
            f"{name}: cannot write in {path} ({error.strerror}): make it writable, or set {name} to another folder."
        ) from None
    return path


def kept_secret(path: Path) -> str:
    """The secret in this file, made the first time. Processes that start at once agree on one."""
    try:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            secret = file.read().strip()
            if not secret:
                secret = get_random_secret_key()
                file.write(secret)
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"{path} cannot be read: make it readable, or delete it.") from None
    return secret


def secret(name: str) -> str:
    """Raises: ConfigurationError where it is missing, short, or an example's."""
    value = text(name)
    if len(value) < 50 or len(set(value)) < 5 or value.startswith("django-insecure-"):
        raise ConfigurationError(
            f"{name}: set it to at least 50 random characters (openssl rand -base64 48), or DEMO=true to try it out."
        )
    return value


def database(name: str, default: Path) -> dict[str, Any]:
    """Return the database of the variable, or SQLite in the file ``default``.

    Raises: ConfigurationError for what is neither PostgreSQL nor SQLite in a file, which all processes share.
    """
    url = text(name)
    if not url:
        return sqlite(default)
    try:
        parts = urlsplit(url)
        if parts.scheme == "sqlite" and not parts.netloc and parts.path[1:] not in ("", ":memory:"):
            if parts.query or parts.fragment:
                raise ConfigurationError(f"{name}: write ? as %3F and # as %23 in the name of a file.")
            return sqlite(Path(unquote(parts.path[1:])))
        complete = re.match(r"(postgres|postgresql)://[^/]+/.", url) and parts.port != 0
        config: dict[str, Any] = Env.db_url_config(url) if complete else {}
    except ValueError:
        config = {}
    if not config:
        raise ConfigurationError(
            f"{name}: write postgres://USER:PASSWORD@HOST:PORT/NAME or sqlite:////FILE, or leave it out."
        )
    return config


def sqlite(file: Path) -> dict[str, Any]:
    """Return the settings of a file, whatever characters its name has: a URL would read some of them as its own."""
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}


def redis(name: str) -> str:
    value = text(name)
    if value and not re.fullmatch(r"rediss?://[^/\s]+(/\d*)?(\?\S*)?", value):
        raise ConfigurationError(f"{name}: write redis://HOST:PORT/NUMBER, or leave it out.")
    return value


def next_redis_database(url: str) -> str:
    """The same server's next numbered database: what clears the cache must not clear the queues."""
    parts = urlsplit(url)
    return parts._replace(path=f"/{int(parts.path.strip('/') or 0) + 1}").geturl()


MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465, "smtps": 465}


def mail(name: str, default: str) -> dict[str, Any]:
    """The mail server: ``smtp+tls`` is STARTTLS, ``smtp+ssl`` and ``smtps`` are TLS from the first byte.

    Raises: ConfigurationError for an unknown scheme, and for characters that would cut the address short.
    """
    url = text(name, default)
    scheme, _, rest = url.partition("://")
    if scheme not in MAIL_PORTS:
        raise ConfigurationError(f"{name}: write smtp+tls://USER:PASSWORD@HOST:PORT (or smtp://, or smtps://).")
    if re.search(r"[#?\s]|/.", rest) or rest.count("@") > 1:
        raise ConfigurationError(
            f"{name}: write special characters of the password percent-encoded: # as %23, / as %2F, ? as %3F, @ as %40."
        )
    try:
        parts = urlsplit(url)
        port = MAIL_PORTS[scheme] if parts.port is None else parts.port
    except ValueError:
        parts, port = urlsplit(""), 0
    if not parts.hostname or not port:
        raise ConfigurationError(f"{name}: write smtp+tls://USER:PASSWORD@HOST:PORT, with a number as the port.")
    return {
        "EMAIL_BACKEND": "reminders.backends.SMTPBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": scheme == "smtp+tls",
        "EMAIL_USE_SSL": scheme in ("smtp+ssl", "smtps"),
    }


def sender(name: str, default: str) -> str:
    """Raises: ConfigurationError for what has no address."""
    value = text(name, default)
    try:
        EmailValidator()(parseaddr(value)[1])
    except ValidationError:
        raise ConfigurationError(
            f"{name}: write an address such as roadmaps@example.org, or Road maps <roadmaps@example.org>."
        ) from None
    return value


def origin(name: str, default: str) -> str:
    """Scheme, host and port, without a path. Raises: ConfigurationError unless it is https (http on localhost)."""
    value = text(name, default).rstrip("/")
    host = r"[A-Za-z0-9.-]+"
    if not re.fullmatch(rf"https://{host}(:\d+)?|http://localhost(:\d+)?", value):
        raise ConfigurationError(f"{name}: write the address that people open, such as https://roadmaps.example.org.")
    return value


def hosts(name: str) -> list[str]:
    """Raises: ConfigurationError for an empty list and for one that lets every name in."""
    names = words(name)
    if not names or {"*", "."} & set(names):
        raise ConfigurationError(f"{name}: list the host names that people use, with commas; * is not one.")
    return names
