"""What the second key costs in queries: as much for 300 changed rows as for 30, but for the batches of its updates."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from math import ceil

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.bulk import BATCH
from common.deadlines import Deadline, Precision
from common.text import Text
from roadmaps.document.content import MilestoneContent, RoadMapContent
from roadmaps.models import Assignment, RoadMap
from roadmaps.services import start_proposal
from tests.scenarios import energy
from tests.scenarios.people import actor_for
from tests.scenarios.signing import Group

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_database")]

# the tables whose rows a version writes, and their histories: one statement for many rows
ROWS = {f"roadmaps_{kind}{name}" for kind in ("", "historical") for name in ("milestone", "assignment")}


def renewed(content: RoadMapContent) -> RoadMapContent:
    """Every milestone with another date, every executor with another part: three rows change a step."""

    def step(row: MilestoneContent) -> MilestoneContent:
        executors = tuple(replace(executor, part=Text.of("Own part")) for executor in row.executors)
        return replace(row, deadline=Deadline(date(2028, 6, 30), Precision.DAY), executors=executors)

    section = content.sections[0]
    measure = section.measures[0]
    measure = replace(measure, milestones=tuple(map(step, measure.milestones)))
    return replace(content, sections=(replace(section, measures=(measure,)),))


def second_key(group: Group, change: Callable[[RoadMapContent], RoadMapContent]) -> Counter[str]:
    """The statements of the second key's turn, by what they do to which table."""
    group.edit(change)
    revision = group.publish()
    group.sign(revision, "UZ")
    with CaptureQueriesContext(connection) as made:
        group.sign(revision, "KR")
    return Counter(_kind(query["sql"]) for query in made)


def _kind(sql: str) -> str:
    verb, *words = sql.replace('"', "").split()
    return f"{verb} {words[verb == 'INSERT']}" if verb in ("INSERT", "UPDATE") else verb


def costs(steps: int) -> tuple[Counter[str], Counter[str]]:
    """Of version 1, where every row is new, and of version 2, where every one of them changes."""
    with transaction.atomic():
        energy.set_up(steps=steps)
        group = Group()
        first = second_key(group, lambda content: content)
        by = actor_for(group.secretary)
        start_proposal(road_map=RoadMap.objects.get(reference="RM-07"), layer="shared", author=None, by=by)
        second = second_key(group, renewed)
        assert set(Assignment.objects.values_list("row_version", flat=True)) == {2}
        transaction.set_rollback(True)
    return first, second


def parted(made: Counter[str]) -> tuple[dict[str, int], dict[str, int]]:
    """The statements that write the version's rows, and all others."""
    rows = {kind: count for kind, count in made.items() if kind.split()[-1] in ROWS}
    return rows, {kind: count for kind, count in made.items() if kind not in rows}


def test_the_second_key_costs_the_same_for_30_and_for_300_changed_rows() -> None:
    """The rule: an INSERT a table and an INSERT a history table, whatever the rows; of UPDATEs one for every 200 rows.

    Everything else (locks, reads, the signature, the version, the proposal) is the same statement for statement.
    SQLite takes fewer values in one statement, so there it is only that no statement is made a row.
    """
    few, many = costs(30), costs(300)
    for version, (small, large) in enumerate(zip(few, many, strict=True), 1):
        (rows_of_few, rest_of_few), (rows, rest) = parted(small), parted(large)
        assert rest == rest_of_few
        assert rows.keys() == rows_of_few.keys()
        if connection.vendor == "postgresql":
            leads = 600  # two assignments a step, all leads
            updates = {
                "UPDATE roadmaps_milestone": ceil(300 / BATCH),
                "UPDATE roadmaps_assignment": ceil(leads / BATCH),
            }
            inserts = {f"INSERT {table}": 1 for table in ROWS if version == 1 or "historical" in table}
            assert rows == (inserts if version == 1 else inserts | updates)
            assert set(rows_of_few.values()) == {1}
        else:
            assert sum(rows.values()) < 900 / 2
