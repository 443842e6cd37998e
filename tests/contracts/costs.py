"""What a page of each resource costs in queries."""

from collections.abc import Iterable
from typing import Final

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.policy.actors import system_actor
from audit.acting import acting
from partnership.api import RESOURCES
from tests.contracts.resource import copied

# no resource may cost more, whoever asks; what each costs today stands in queries.json
MOST: Final = {"system": 6, "person": 10}

Costs = dict[str, dict[str, int]]


def costs(clients: dict[str, Client], paths: Iterable[str]) -> Costs:
    counted: Costs = {who: {} for who in clients}
    for who, client in clients.items():
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"/api/v1/{path}/", {"page_size": "500"}).status_code == 200
            counted[who][path] = len(queries)
    return counted


def copy_rows(path: str, numbers: range) -> None:
    """More rows of a resource, copies of its newest but for the key: for one that no scenario grows."""
    view = RESOURCES[path]
    with acting(system_actor("tests").act):
        for number in numbers:
            row = view.columns.table()._default_manager.order_by("pk").last()
            copied(row, **{view.lookup_field: f"more-{number}"})
