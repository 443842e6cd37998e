"""The two roles of the compose file in the PostgreSQL of the tests, under names that no other test uses."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import psycopg
from django.conf import settings

OWNER: Final = "roadmaps_owner"
APP: Final = "roadmaps_app"
SCRIPT: Final = settings.BASE_DIR / "deploy" / "roles.sql"


@dataclass(frozen=True)
class Roles:
    suffix: str = field(default_factory=lambda: f"_{os.getpid()}")

    def here(self, text: str) -> str:
        """Return the text with the names that the roles have here."""
        for name in (OWNER, APP):
            text = text.replace(name, name + self.suffix)
        return text

    def make(self, database: str, variables: Mapping[str, str]) -> None:
        """Run the script in a database as the superuser of its address; ``variables`` are the container's."""
        named = {name: self.here(value) for name, value in variables.items() if name.startswith("DATABASE_")}
        subprocess.run(
            ["psql", "--no-psqlrc", "--quiet", "--file", str(SCRIPT), database],
            env={"PATH": os.environ["PATH"], **named},
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def address(self, database: str, composed: str) -> str:
        """Return the address of a database here, for the role that an address of the compose file names."""
        here, there = urlsplit(database), urlsplit(composed)
        credentials = f"{self.here(there.username or '')}:{there.password}"
        return here._replace(netloc=f"{credentials}@{here.hostname}:{here.port or 5432}").geturl()

    def drop(self, server: str) -> None:
        """Remove them, once no database has anything of theirs."""
        with psycopg.connect(server, autocommit=True) as connected:
            for name in (APP, OWNER):
                connected.execute(f'DROP ROLE IF EXISTS "{self.here(name)}"')
