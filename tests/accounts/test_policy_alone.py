"""Only the policy decides: nothing outside it reads its grants, or asks an actor for roles and seats."""

import ast
from collections.abc import Iterator
from typing import Final

import pytest

from tests.scenarios.source import ROOT, modules

INSIDE: Final = {"accounts.policy.relations", "accounts.policy.permissions", "accounts.policy.lookups"}
# why they read the registry: they decide nothing
ALLOWED: Final = {
    "accounts/api/base.py": "asks whether a permission is everybody's, to leave out a filter that lets all pass",
    "desk/refusal.py": "prints a permission's words",
}

CAPACITY: Final = {"require", "in_capacity"}


def decisions(source: str) -> Iterator[str]:
    """What a module uses to work out a right by itself."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in INSIDE:
            yield f"imports {node.module}"
        called = node.func if isinstance(node, ast.Call) and (node.args or node.keywords) else None
        if isinstance(called, ast.Attribute) and called.attr in {"groups", "own", "own_and_answering"}:
            yield f"asks for {called.attr} by role"


def test_nothing_outside_the_policy_works_out_a_right() -> None:
    found = {
        f"{name}: {use}"
        for path in modules()
        if not (name := str(path.relative_to(ROOT))).startswith("accounts/policy/") and name not in ALLOWED
        for use in decisions(path.read_text("utf-8"))
    }
    assert found == set(), "ask accounts.policy.questions"


@pytest.mark.parametrize(
    "line",
    [
        "from accounts.policy.relations import Administers",
        "actor.groups(('secretary',))",
        "by.own(roles=('head',))",
    ],
)
def test_a_decision_is_seen(line: str) -> None:
    assert list(decisions(line))


def without_capacity(source: str) -> Iterator[str]:
    """The functions that ask for a right and then act without the capacity that gave it."""
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        asked = [node for node in ast.walk(function) if isinstance(node, ast.Call) and _name(node) in CAPACITY]
        kept = {id(node.value) for node in ast.walk(function) if isinstance(node, ast.Assign)}
        if asked and id(min(asked, key=lambda call: call.lineno)) not in kept:
            yield function.name


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", "")


def test_every_service_acts_in_the_capacity_that_gave_the_right() -> None:
    """Its first question is kept: ``by = require(by, ...)``. A question after the save may stand alone."""
    services = [path for path in modules() if "services" in path.relative_to(ROOT).parts]
    found = {(path.name, name) for path in services for name in without_capacity(path.read_text("utf-8"))}
    assert found == set()


def test_a_service_without_capacity_is_seen() -> None:
    service = "def publish(by, record):\n    {}require(by, 'x', record)\n    record.save()"
    assert list(without_capacity(service.format(""))) == ["publish"]
    assert not list(without_capacity(service.format("by = ")))
