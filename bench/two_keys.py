"""Measure two keys on PostgreSQL: a version brought into force, the rows read back, two contents compared.

Run as `python -m bench.two_keys`; docs/benchmarks.md says with which settings, and what the figures must hold.
"""

import sys
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median

from django.core.management import call_command

from bench.documents import document, every_date, every_row, reworked
from bench.running import TIMES, Figure, Figures, queries, run, seconds, typical
from roadmaps.document.content import RoadMapContent
from roadmaps.document.diff import compare
from roadmaps.document.hashing import content_hash
from roadmaps.models import Revision, RoadMap
from roadmaps.services import content_of, start_proposal
from tests.scenarios import energy
from tests.scenarios.people import actor_for
from tests.scenarios.signing import Group

Change = Callable[[RoadMapContent, date], RoadMapContent]


def measure() -> Figures:
    return [*into_force(), *reading(), *comparing()]


def into_force() -> Figures:
    """Measure the second signature, where the deadlines of 300 milestones change, of 30, and their executors too."""
    few, large, whole = (second_key(30, every_date), second_key(300, every_date), second_key(300, every_row))
    hashing = typical(lambda: content_hash("RM-07", None, document(300), None))
    return [
        Figure("into force, 300 milestones changed", large[0], "s", target=2),
        Figure("into force, 300 milestones changed", large[1], "queries", n=1),
        Figure("into force, 30 milestones changed", few[0], "s"),
        Figure("into force, 30 milestones changed", few[1], "queries", n=1),
        Figure("into force, 300 milestones, 600 executors", whole[0], "s"),
        Figure("into force, 300 milestones, 600 executors", whole[1], "queries", n=1),
        Figure("into force, 300 milestones / hashing the document", large[0] / hashing, "ratio"),
    ]


def reading() -> Figures:
    """Measure reading the 300 milestones in force as a document."""
    road_map = RoadMap.objects.get(reference="RM-07")
    return [
        Figure("reading 300 milestones back", typical(lambda: content_of(road_map)) * 1000, "ms"),
        Figure("reading 300 milestones back", queries(lambda: content_of(road_map)), "queries", n=1, target=5),
    ]


def comparing() -> Figures:
    """Measure comparing two contents of 1,000 milestones in 100 measures."""
    before, same, other = document(1000), document(1000), document(1000, first=5000)
    after = reworked(before)
    hashing = typical(lambda: content_hash("RM-07", None, before, None))
    revised = typical(lambda: compare(before, after))
    return [
        Figure("comparing 1,000 rows, revised", revised * 1000, "ms", target=200),
        Figure("comparing 1,000 rows, equal", typical(lambda: compare(before, same)) * 1000, "ms", target=200),
        Figure("comparing 1,000 rows, all others", typical(lambda: compare(before, other)) * 1000, "ms", target=200),
        Figure("comparing 1,000 rows, revised / hashing one of them", revised / hashing, "ratio"),
    ]


def second_key(steps: int, change: Change) -> tuple[float, int]:
    """Return the median seconds of the second signature over several versions, and the queries of one."""
    call_command("flush", interactive=False, verbosity=0)
    energy.set_up()
    group = Group()
    group.edit(lambda _: document(steps))
    group.adopt()

    def put(place: int) -> Revision:
        road_map = RoadMap.objects.get(reference="RM-07")
        start_proposal(road_map=road_map, layer="shared", author=None, by=actor_for(group.secretary))
        group.edit(lambda content: change(content, date(2028, 1, 1) + timedelta(days=place)))
        revision = group.publish()
        group.sign(revision, "UZ")
        return revision

    times = []
    for place in range(TIMES):
        revision = put(place)
        times.append(seconds(lambda: group.sign(revision, "KR")))  # noqa: B023
    last = put(TIMES)
    return median(times), queries(lambda: group.sign(last, "KR"))


if __name__ == "__main__":
    sys.exit(run("two_keys", measure))
