"""History shows to a person through one function; every other module that touches it is named with its reason."""

import ast
from collections.abc import Iterator
from typing import Final

import pytest

from accounts.models import Membership
from accounts.policy.actors import system_actor
from accounts.policy.history import history_of
from accounts.web.history import entries, in_words
from audit.acting import acting
from tests.scenarios.people import actor_for, draft_of, person
from tests.scenarios.source import ROOT, modules

ALLOWED: Final = {
    "accounts/demo/people.py": "finds the address with which a sample account was created, and prints no row",
    "accounts/policy/history.py": "the function itself",
    "accounts/services/records.py": "reads which columns are tracked, and no row",
    "audit/bulk.py": "writes it",
    "audit/copying.py": "writes it",
    "programme/loading/records.py": "compares who wrote last, and prints no row: the loader leaves what others edited",
    "roadmaps/services/export.py": "finds withdrawals and refusals that were undone, for the export of all of them",
    "roadmaps/demo/agreements.py": "asks whether anybody touched a sample draft, and prints no row",
}


def uses_of_history(source: str) -> Iterator[str]:
    """What a module uses that reaches a history table."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and (node.attr == "history" or node.attr.startswith("Historical")):
            yield node.attr
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if text == "history" or text.startswith("Historical"):
            yield text
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("simple_history"):
            yield str(node.module)


def test_only_named_modules_touch_a_history_table() -> None:
    paths = [path for path in modules() if "migrations" not in path.parts]
    found = {str(path.relative_to(ROOT)) for path in paths if list(uses_of_history(path.read_text("utf-8")))}
    ours = {name for name in found if name not in {"audit/models.py", "audit/apps.py"}}  # which define it
    assert ours - ALLOWED.keys() == set(), "ask accounts.policy.history.history_of; else name it here, with its reason"
    assert ALLOWED.keys() - ours == set(), "no longer used: strike it from the list"


@pytest.mark.parametrize(
    "line",
    [
        "record.history.first()",
        "getattr(record, 'history')",
        "apps.get_model('roadmaps', 'HistoricalProposal')",
        "from simple_history.utils import get_history_manager_for_model",
    ],
)
def test_a_way_to_history_is_seen(line: str) -> None:
    assert list(uses_of_history(line))


@pytest.mark.django_db
def test_history_shows_where_the_record_and_the_layer_of_the_moment_do(programme: None) -> None:
    draft = draft_of("minenergy", "energy")
    ours, theirs, stranger = (
        actor_for(person(*who)) for who in (("auditor", "miit"), ("auditor", "motie"), ("officer", "kia"))
    )
    assert [history_of(actor, draft).count() for actor in (ours, theirs, stranger)] == [1, 0, 0]
    draft.layer, draft.row_version = "shared", 2
    with acting(ours.act):
        draft.save()
    # the other side sees the record now, and of its history only what was written on the shared layer
    assert [history_of(actor, draft).count() for actor in (ours, theirs, stranger)] == [2, 1, 0]
    assert history_of(system_actor("tests"), draft).count() == 2


@pytest.mark.django_db
def test_a_record_that_is_not_visible_has_no_history(programme: None) -> None:
    """Its rows lie on the own side's layer, which alone opens nothing."""
    officer = person("officer", "minenergy")
    reader = actor_for(person("reader", "minenergy"))
    assert not history_of(reader, Membership.objects.get(user=officer)).exists()
    assert not history_of(reader, officer).exists()
    assert entries(officer, reader) == []


@pytest.mark.django_db
def test_a_related_record_is_named_only_to_who_may_see_it(programme: None) -> None:
    officer = person("officer", "minenergy")
    field = Membership._meta.get_field("user")
    assert in_words(field, officer.pk, actor_for(person("administrator", "miit"))) == officer.name
    for code in ("kia", "minenergy"):
        assert in_words(field, officer.pk, actor_for(person("reader", code))) == "(not visible to you)"
    # what is not there looks the same
    assert in_words(field, 0, actor_for(person("administrator", "miit"))) == "(not visible to you)"
