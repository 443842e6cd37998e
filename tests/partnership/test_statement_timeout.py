"""A statement of a web request ends after a while; commands and workers take their time."""

import os
from pathlib import Path

import pytest

from tests.partnership.processes import run

pytestmark = pytest.mark.postgresql

SHOWN = "\n".join(
    (
        "from django.db import connection",
        "with connection.cursor() as cursor:",
        "    cursor.execute('SHOW statement_timeout')",
        "    print(*cursor.fetchone())",
    )
)


@pytest.mark.parametrize(
    ("door", "variables", "limit"),
    [
        ("import partnership.wsgi", {}, "10s"),
        ("import partnership.wsgi", {"STATEMENT_TIMEOUT": "3"}, "3s"),
        ("import partnership.wsgi", {"STATEMENT_TIMEOUT": "0"}, "0"),
        ("import django; django.setup()", {}, "0"),
    ],
)
def test_the_web_server_alone_has_a_limit(tmp_path: Path, door: str, variables: dict[str, str], limit: str) -> None:
    given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
    own = {"DEMO": "1", "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "partnership.settings"}
    said = run(["-c", f"{door}\n{SHOWN}"], {**given, **own, **variables})
    assert said.stdout.strip() == limit, said.stderr
