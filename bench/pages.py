"""Measure the CPU of the lists: desk, areas, road maps and programme, with 1 and with 10 versions of each road map.

16 road maps of 300 milestones. Run as `python -m bench.pages`; docs/benchmarks.md says what the figures must hold.
"""

import sys
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from importlib import import_module
from typing import Final

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Organisation
from accounts.policy.actors import system_actor
from accounts.services import invite
from bench.documents import each_step
from bench.running import Figure, Figures, cpu_seconds, run
from common.sides import Layer
from common.text import Text
from roadmaps.demo.scale import adopt
from roadmaps.document.content import MilestoneContent
from roadmaps.models import Proposal, RoadMapVersion

ROAD_MAPS: Final = 16
MILESTONES: Final = 300  # a road map
VERSIONS: Final = 10
PAGES: Final = {"desk": "/", "areas": "/areas/", "road maps": "/road-maps/", "programme": "/programme/"}


def measure() -> Figures:
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_programme", verbosity=0, stdout=sys.stderr)
    call_command("make_scale_data", milestones=ROAD_MAPS * MILESTONES, stdout=sys.stderr)
    client = reader()
    one = milliseconds(client)
    for number in range(2, VERSIONS + 1):
        adopt_all(number)
    many = milliseconds(client)
    found: Figures = []
    for name in PAGES:
        found += [
            Figure(f"{name}: CPU, 1 version", one[name], "ms", target=150),
            Figure(f"{name}: CPU, {VERSIONS} versions", many[name], "ms", target=150),
            Figure(f"{name}: {VERSIONS} versions / 1 version", many[name] / one[name], "ratio", target=1.1),
        ]
    return found


def reader() -> Client:
    """Sign in an officer of a coordinator, who sees every road map and whose ministry leads some milestones."""
    coordinator = Organisation.objects.get(coordinator=True, side="UZ")
    invited = invite(
        email="bench@example.invalid",
        name="Bench",
        organisation=coordinator,
        role="officer",
        valid_from=timezone.localdate(),
        by=system_actor("bench"),
    )
    client = Client()
    client.force_login(invited.user)
    return client


def milliseconds(client: Client) -> dict[str, float]:
    """Return the CPU of each page, as the web server makes it."""
    import_module("partnership.wsgi")  # as the web server loads it
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {name: cpu_seconds(partial(get, client, address)) * 1000 for name, address in PAGES.items()}


def get(client: Client, address: str) -> None:
    response = client.get(address)
    if response.status_code != HTTPStatus.OK:
        raise AssertionError(f"{address}: {response.status_code}")


def adopt_all(number: int) -> None:
    """Bring one more version of each road map into force; each lead's own part differs, which no list prints."""
    by, now = system_actor("bench"), timezone.now()

    def changed(row: MilestoneContent) -> MilestoneContent:
        first, *others = row.executors
        return replace(row, executors=(replace(first, part=Text.of(f"Part {number}")), *others))

    for version in RoadMapVersion.objects.filter(number=number - 1).select_related("revision", "road_map"):
        content = each_step(version.revision.document, changed)
        proposal = Proposal(road_map=version.road_map, number=number, layer=Layer.SHARED, base=version)
        adopt(proposal, content, by, now)


if __name__ == "__main__":
    sys.exit(run("pages", measure))
