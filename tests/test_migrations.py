"""The newest migration of each app, on the data of the state before it: all that stood in the database still does.

It is reversed on a database with the sample data in it, which gives the state before, and applied again. Rows, their
history, constraints and triggers are compared. SQLite loses the triggers of a table that a migration makes anew.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tests.scenarios.demo import directory_fixture, small_demo_fixture  # noqa: F401
from tests.scenarios.source import FLOORS

Step = tuple[str, str]  # app and name of a migration

# what a migration takes away or writes anew on purpose: a table, "table.column", or "table: name" of a constraint,
# an index or a trigger
INTENDED: Final[dict[Step, set[str]]] = {
    # newer notices go in a message of their own while one is in doubt
    ("reminders", "0003_delivery"): {"reminders_message: one_waiting_message_a_person"},
    # a side's own drafts are numbered apart
    ("roadmaps", "0002_numbers_of_drafts"): {"roadmaps_proposal: proposal_number_once_a_road_map"},
}


CONSTRAINT: Final = re.compile(r'CONSTRAINT "(\w+)"')
# table and name of each index and trigger, and of each constraint, which SQLite keeps in the text of the table
GUARDS: Final = {
    "sqlite": """SELECT tbl_name, CASE type WHEN 'table' THEN sql ELSE name END FROM sqlite_master
        WHERE name NOT LIKE 'sqlite_%'""",
    "postgresql": """SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE conrelid <> 0
        UNION SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public'
        UNION SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal""",
}


def newest() -> Iterator[tuple[Step, Step]]:
    """Yield the newest migration of each app of ours with the one before it."""
    graph = MigrationLoader(None).graph
    for app, name in graph.leaf_nodes():
        before = [key for key in graph.node_map[app, name].parents if key[0] == app]
        if app in FLOORS and apps.is_installed(app) and before:
            yield (app, name), before[0].key


@dataclass(frozen=True)
class Contents:
    """All rows of all tables, by column, and the names of what guards them."""

    rows: dict[str, list[dict[str, Any]]]
    guards: set[str]

    @classmethod
    def read(cls) -> "Contents":
        rows = {}
        with connection.cursor() as cursor:
            for table in set(connection.introspection.table_names(cursor)) - {"django_migrations"}:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  # a table of ours
                columns = [column[0] for column in cursor.description]
                rows[table] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
            cursor.execute(GUARDS[connection.vendor])
            guards = {
                f"{table}: {name}"
                for table, text in cursor.fetchall()
                for name in (CONSTRAINT.findall(text) if text.startswith("CREATE TABLE") else [text])
            }
        return cls(rows, guards)


def lost(before: Contents, after: Contents) -> set[str]:
    """Return the tables and guards that are gone, and the columns whose values are not what they were."""
    gone = (before.rows.keys() - after.rows.keys()) | (before.guards - after.guards)
    for table, rows in before.rows.items():
        for column in rows[0] if rows and table in after.rows else ():
            was, now = (
                Counter(repr((row.get(key), row.get(column, "no such column"))) for row in side)
                for side in (rows, after.rows[table])
                for key in [next(iter(rows[0]))]  # with the first column, which is the key
            )
            if was - now:
                gone.add(f"{table}.{column}")
    return gone


def migrate(target: Step) -> None:
    MigrationExecutor(connection).migrate([target])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("step", "before"), [pytest.param(*pair, id=".".join(pair[0])) for pair in newest()])
def test_what_stood_in_the_database_stands_there_after_a_migration(
    step: Step, before: Step, programme: None, small_demo: list[str]
) -> None:
    newest_state = Contents.read()
    migrate(before)
    old = Contents.read()
    assert old.rows["roadmaps_historicalmilestone"] and old.rows["accounts_historicaluser"]
    migrate(step)
    new = Contents.read()
    assert lost(old, new) == INTENDED.get(step, set())
    assert (new.rows.keys(), new.guards) == (newest_state.rows.keys(), newest_state.guards)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM programme_decisionparty", "programme_decisionparty.id"),
        ("UPDATE programme_decision SET row_version = 7", "programme_decision.row_version"),
        ("DROP INDEX unsent_credential_notices", "reminders_credentialnotice: unsent_credential_notices"),
        ("DROP TABLE accounts_submittedform", "accounts_submittedform"),
    ],
)
def test_what_is_lost_is_found(statement: str, found: str, programme: None) -> None:
    before = Contents.read()
    assert lost(before, before) == set()
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert found in lost(before, Contents.read())
