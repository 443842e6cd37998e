"""The published description is the one that the code gives, and every answer to random questions keeps to it."""

from collections.abc import Iterator
from functools import cache
from io import StringIO
from typing import Any, Final

import pytest
import schemathesis
import yaml
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS

from tests.contracts.schema import published
from tests.scenarios.api import SYSTEM, World

SCHEMA: Final = schemathesis.openapi.from_dict(published())

# made at the first question: while tests are collected their settings are not yet in force
handler = cache(WSGIHandler)
SCHEMA.app = lambda environ, start: handler()(environ, start)

# a code, a cursor or a key made up at random is of the right form and still names nothing: 400 or 404 is its answer
NOT_ASKED: Final = [CHECKS.get_one("positive_data_acceptance")]


def test_the_published_description_is_up_to_date() -> None:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert yaml.safe_load(out.getvalue()) == published(), "Run make schema, and say in the changelog what changed."


@pytest.fixture
def one_connection() -> Iterator[None]:
    """A server closes its connection after a request; here that would end the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@SCHEMA.parametrize()
@pytest.mark.usefixtures("one_connection")
@settings(
    derandomize=True,
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_every_answer_keeps_to_the_description(world: World, case: Any) -> None:
    token = world.clients[SYSTEM].defaults["HTTP_AUTHORIZATION"]
    case.call_and_validate(headers={"Authorization": token, "Accept-Encoding": "identity"}, excluded_checks=NOT_ASKED)
