"""Databases for processes that a test starts."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests.partnership.roles import Roles


@pytest.fixture
def roles() -> Iterator[Roles]:
    """The names of roles for a test that makes them. Ask for it before the database: it outlives what they own."""
    made = Roles()
    yield made
    if connection.vendor == "postgresql":
        made.drop(os.environ["DATABASE_URL"])


@pytest.fixture
def databases() -> Iterator[dict[str, str]]:
    """The variables that name databases made for this test, where the suite runs on PostgreSQL and Redis."""
    if connection.vendor != "postgresql":
        yield {}
        return
    address = urlsplit(os.environ["DATABASE_URL"])
    name = f"runner_{os.getpid()}"
    with psycopg.connect(address.geturl(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            redis = urlsplit(settings.REDIS_URL)._replace(path="/8").geturl() if settings.REDIS_URL else ""
            yield {"DEMO": "1", "DATABASE_URL": address._replace(path=f"/{name}").geturl(), "REDIS_URL": redis}
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
