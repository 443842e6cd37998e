"""No code of the product writes a table past its history: one file may, and each exception is named with its reason."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from django.apps import apps

from audit.models import Audited
from tests.scenarios.source import FLOORS, ROOT, modules

WRITE_MANY: Final = {"bulk_create", "bulk_update", "abulk_create", "abulk_update", "aupdate", "_raw_delete", "_update"}
RAW_SQL: Final = {"raw", "cursor", "execute", "executemany", "executescript", "RawSQL", "RunSQL", "extra"}
HISTORY_OFF: Final = {"skip_history_when_saving", "without_history", "SIMPLE_HISTORY_ENABLED", "save_base"}

# file and what it uses: why that is no way around
ALLOWED: Final = {
    ("audit/bulk.py", "bulk_create"): "the helper itself: it writes the history of what it inserts",
    ("audit/bulk.py", "bulk_update"): "the helper itself: it writes the history of what it updates",
    ("audit/copying.py", "cursor"): "the helper itself: it writes the history of what it copies",
    ("audit/copying.py", "execute"): "the helper itself: it writes the history of what it copies",
    ("accounts/models/person.py", "skip_history_when_saving"): "a password or the last sign-in: events, not history",
    **{
        (f"reminders/services/{file}", name): "notices and messages are no records: what was sent is an event"
        for file, name in (
            ("credentials.py", "bulk_create"),
            ("credentials.py", "update"),
            ("planning.py", "bulk_create"),
            ("planning.py", "update"),
            ("delivery/corrections.py", "bulk_create"),
            ("delivery/dispatching.py", "bulk_create"),
            ("delivery/leases.py", "update"),
            ("delivery/outcomes.py", "update"),
            ("delivery/preparing.py", "update"),
            ("delivery/preparing.py", "bulk_update"),
        )
    },
    ("bench/api_page.py", "cursor"): "reads, by the statement that a page is measured against",
    ("bench/api_page.py", "execute"): "reads, by the statement that a page is measured against",
    ("accounts/migrations/0004_terms_do_not_overlap.py", "execute"): "adds a constraint: reads rows and writes none",
    ("bench/pages.py", "cursor"): "refreshes the planner's statistics before it measures: ANALYZE",
    ("bench/pages.py", "execute"): "refreshes the planner's statistics before it measures: ANALYZE",
    ("partnership/database_role.py", "cursor"): "grants privileges, and asks which role it is",
    ("partnership/database_role.py", "execute"): "grants privileges, and asks which role it is",
    ("partnership/health.py", "cursor"): "asks the database whether it answers: SELECT 1",
    ("partnership/health.py", "execute"): "asks the database whether it answers: SELECT 1",
}


def ways_around(source: str) -> Iterator[str]:
    """What a module uses that writes, or could write, without a history row.

    ``update`` is a table's where it is given columns by keyword: a dict's or a set's takes another one.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            of_a_table = name == "update" and isinstance(node.func, ast.Attribute) and node.keywords and not node.args
            if of_a_table or name in WRITE_MANY | RAW_SQL:
                yield name
        name = getattr(node, "attr", None) or getattr(node, "id", None) or getattr(node, "value", None)
        if isinstance(name, str) and name in HISTORY_OFF:
            yield name


def test_nothing_writes_past_the_history() -> None:
    used = {(str(path.relative_to(ROOT)), name) for path in modules() for name in ways_around(path.read_text("utf-8"))}
    assert used - ALLOWED.keys() == set(), "write through a service, or audit.bulk; else name it here, with its reason"
    assert ALLOWED.keys() - used == set(), "no longer used: strike it from the list"


@pytest.mark.parametrize(
    "line",
    [
        "Milestone.objects.filter(pk=1).update(due_on=day)",
        "Milestone.objects.update(**values)",
        "manager.bulk_create(rows)",
        "Milestone._default_manager.bulk_update(rows, ['due_on'])",
        "connection.cursor().execute('UPDATE roadmaps_milestone')",
        "Milestone.objects.raw('DELETE')",
        "operations = [migrations.RunSQL('UPDATE roadmaps_milestone')]",
        "row.skip_history_when_saving = True",
        "setattr(row, 'skip_history_when_saving', True)",
        "row.save_base(raw=True)",
    ],
)
def test_a_way_around_is_seen(line: str) -> None:
    assert list(ways_around(line))


@pytest.mark.parametrize("line", ["found.update(keys)", "digest.update(b'x')", "row.save()", "update(row)"])
def test_what_is_none_is_not(line: str) -> None:
    assert not list(ways_around(line))


def test_the_floors_are_all_of_the_product() -> None:
    """A new app is looked at too."""
    own = {Path(app.path).name for app in apps.get_app_configs() if Path(app.path).parent == ROOT}
    assert own <= FLOORS


def test_every_table_of_the_product_is_audited_or_named_here() -> None:
    """What has no history must be no record of what people do."""
    ours = {model for app in apps.get_app_configs() if app.label in FLOORS for model in app.get_models()}
    plain = {
        model._meta.label
        for model in ours
        if not issubclass(model, Audited) and not model.__name__.startswith("Historical") and not model._meta.proxy
    }
    assert plain == {
        "accounts.SubmittedForm",
        "audit.Event",
        "reminders.CredentialNotice",
        "reminders.Heartbeat",
        "reminders.Message",
        "reminders.Notice",
    }
