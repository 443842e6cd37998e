"""Every code that is raised has one sentence, with exactly its parameters; and every sentence is used."""

import ast
import pickle
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from common.errors import CodedError, InvalidValue, catalogue, sentence

ROOT = Path(__file__).parents[2]
FLOORS = ("common", "audit", "accounts", "programme", "roadmaps", "reminders", "desk", "partnership")


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


MODULES = dict(_modules())


def _coded_classes() -> set[str]:
    """Return the names of the classes that inherit from `CodedError`, by what the source says."""
    names = {"CodedError"}
    classes = [node for tree in MODULES.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    while found := {
        node.name
        for node in classes
        if node.name not in names and any(isinstance(base, ast.Name) and base.id in names for base in node.bases)
    }:
        names |= found
    return names


def _raised() -> Iterator[tuple[str, str, set[str]]]:
    """Yield where a coded error is made, its code and the names of its parameters."""
    classes = _coded_classes()
    for module, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in classes:
                place = f"{module}:{node.lineno}"
                match node.args:
                    case [ast.Constant(value=str(code))]:
                        yield place, code, {str(keyword.arg) for keyword in node.keywords} - {"path"}
                    case _ if not _copies(node):
                        pytest.fail(f"{place}: the code must be a literal")


def _copies(node: ast.Call) -> bool:
    """Return whether the call only moves an error: `InvalidValue(error.code, path=..., **error.params)`."""
    match node.args:
        case [ast.Attribute(attr="code")]:
            return any(keyword.arg is None for keyword in node.keywords)
    return False


class _Names(dict[str, Any]):
    """Records which parameters a template asks for."""

    def __missing__(self, name: str) -> int:
        self[name] = 1
        return 1


def _names(template: Any) -> set[str]:
    asked = _Names()
    with translation.override("en"):
        _ = template % asked
    return set(asked)


def test_every_code_that_is_raised_has_a_sentence_with_exactly_its_parameters() -> None:
    raised = list(_raised())
    assert raised
    for place, code, params in raised:
        assert code in catalogue(), f"{place}: no sentence for {code}"
        assert _names(catalogue()[code]) == params, f"{place}: {code}"


def test_no_sentence_stands_without_an_error() -> None:
    assert set(catalogue()) == {code for _place, code, _params in _raised()}


def test_a_sentence_stands_once_and_is_a_sentence() -> None:
    codes = [
        key.value
        for module, tree in MODULES.items()
        if module.endswith("/messages.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    ]
    assert len(codes) == len(set(codes))
    for code, template in catalogue().items():
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", code)
        told = str(template % _Names())
        assert told.endswith(".") and (told[0].isupper() or told[0] in "“1"), code


def test_a_log_shows_the_code_and_a_person_the_sentence() -> None:
    error = InvalidValue("deadline.not_a_date", path="sections[0].deadline", value="30.06.2025")
    assert str(error) == "sections[0].deadline: deadline.not_a_date (value='30.06.2025')"
    assert sentence(error) == "“30.06.2025” is not a date in the form 2025-06-30."
    assert str(CodedError("deadline.incomplete")) == "deadline.incomplete"


def test_an_error_crosses_processes_whole() -> None:
    error = pickle.loads(pickle.dumps(InvalidValue("period.none", path="x", period=3)))  # noqa: S301  # our own bytes
    assert (error.code, error.path, error.params) == ("period.none", "x", {"period": 3})
