"""What a page costs: the same number of queries for two rows and for two hundred, kept in a reviewed file."""

import json
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Organisation, OrganisationName
from accounts.policy.actors import Actor, system_actor
from audit.acting import acting
from common.text import Text
from partnership.api import RESOURCES
from roadmaps.models import Milestone
from tests.contracts.costs import MOST, copy_rows, costs
from tests.contracts.resource import copied
from tests.scenarios.api import client_of
from tests.scenarios.growth import grow
from tests.scenarios.people import actor_for, person, put_in_force, service_account

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

BUDGET = Path(__file__).with_name("queries.json")


def test_a_page_costs_the_same_queries_for_two_rows_and_for_two_hundred() -> None:
    budget = json.loads(BUDGET.read_text(encoding="utf-8"))
    put_in_force("RM-03", party="kia")
    system = Actor(door="api", today=timezone.localdate(), account=service_account("uzkimyosanoat", ["read"]))
    clients = {"system": client_of(system), "person": client_of(actor_for(person("officer", "uzkimyosanoat")))}
    unnamed = RESOURCES.keys() - budget["system"].keys()
    _grow(range(2), unnamed)
    few = costs(clients, RESOURCES)
    assert {who: {path: few[who][path] for path in named} for who, named in budget.items()} == budget
    assert all(count <= MOST[who] for who, counts in few.items() for count in counts.values())
    _grow(range(2, 200), unnamed)
    for path in RESOURCES:
        assert len(clients["system"].get(f"/api/v1/{path}/", {"page_size": "500"}).json()["results"]) >= 200, path
    assert costs(clients, RESOURCES) == few


def _grow(numbers: range, unnamed: Iterable[str]) -> None:
    grow(numbers)
    for path in unnamed:
        copy_rows(path, numbers)
    milestone = Milestone.objects.filter(road_map__reference="RM-03").order_by("pk")[0]
    executors = list(milestone.assignments.all())
    with acting(system_actor("tests").act):
        for number in numbers:
            one = copied(milestone, uid=uuid4())
            for executor in executors:
                copied(executor, milestone=one)
            organisation = Organisation.objects.create(code=f"more-{number}", side="UZ", kind="agency")
            OrganisationName.objects.create(organisation=organisation, name=Text.of(f"One more organisation {number}"))
