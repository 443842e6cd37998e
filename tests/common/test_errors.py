"""Every code that is raised has one sentence, with exactly its parameters; and every sentence is used."""

import ast
import pickle
import re
from collections.abc import Iterator
from functools import cache
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


@cache
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
    """Yield where a coded error is made with a literal code, the code, and the names of its parameters."""
    classes = _coded_classes()
    for module, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in classes:
                match node.args:
                    case [ast.Constant(value=str(code)), *_]:
                        yield f"{module}:{node.lineno}", code, {str(word.arg) for word in node.keywords} - {"path"}


def _written() -> set[str]:
    """Return every string that is written anywhere but among the sentences: codes also stand in tables."""
    trees = [tree for module, tree in MODULES.items() if not module.endswith("/messages.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


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
    assert set(catalogue()) <= _written()


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
        # another error's sentence may stand at its end
        assert told.endswith((".", ": 1")) and (told[0].isupper() or told[0] in "“1"), code


def test_a_log_shows_the_code_and_a_person_the_sentence() -> None:
    error = InvalidValue("deadline.not_a_date", path="sections[0].deadline", value="30.06.2025")
    assert str(error) == "sections[0].deadline: deadline.not_a_date (value='30.06.2025')"
    assert sentence(error) == "“30.06.2025” is not a date in the form 2025-06-30."
    assert str(CodedError("deadline.incomplete")) == "deadline.incomplete"


def test_an_error_inside_an_error_is_written_as_its_sentence() -> None:
    inner = InvalidValue("period.year_has_no_parts")
    assert sentence(InvalidValue("deadline.not_a_date", value=inner)).startswith("“A year has no parts.” is not")


def test_an_error_crosses_processes_whole() -> None:
    error = pickle.loads(pickle.dumps(InvalidValue("period.none", path="x", period=3)))  # noqa: S301  # our own bytes
    assert (error.code, error.path, error.params) == ("period.none", "x", {"period": 3})


RULES = re.compile(
    r"(common/.+|roadmaps/document/.+|.+/(rules|moments|milestone_status|states|signing)|.+/rules/.+)\.py"
)


def english_in_errors(tree: ast.AST) -> Iterator[int]:
    """Yield the lines on which an exception is made of words that are not marked for translation."""
    for node in ast.walk(tree):
        exception = node.exc if isinstance(node, ast.Raise) else node
        if not isinstance(exception, ast.Call) or not _is_exception(exception.func):
            continue
        yield from (part.lineno for part in _unmarked(exception) if _is_english(part))


def _is_exception(func: ast.expr) -> bool:
    name = func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""
    return name.endswith(("Error", "Exception")) or name in _coded_classes()


def _unmarked(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the expressions inside, without those that gettext translates."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id in {"_", "_lazy"}:
            continue
        if isinstance(child, ast.expr):
            yield child
        yield from _unmarked(child)


def _is_english(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip(", ")


def test_rules_and_values_raise_no_english() -> None:
    found = [
        f"{module}:{line}"
        for module, tree in MODULES.items()
        if RULES.fullmatch(module)
        for line in english_in_errors(tree)
    ]
    assert found == [], "raise a CodedError and write its sentence in messages.py"


@pytest.mark.parametrize(
    "line",
    [
        "raise ValueError('A number is too long.')",
        "raise ValueError(f'{number} is too long')",
        "raise forms.ValidationError({'number': 'Too long.'})",
        "yield InvalidValue('number.long', why='it is too long')",
    ],
)
def test_english_in_an_error_is_seen(line: str) -> None:
    assert list(english_in_errors(ast.parse(line)))


def test_a_code_and_a_marked_sentence_are_no_english_in_an_error() -> None:
    assert not list(english_in_errors(ast.parse("raise InvalidValue('number.long', most=', '.join(names))")))
    assert not list(english_in_errors(ast.parse("raise ValidationError({'number': _('Too long: %d.') % most})")))


def codes_shown(tree: ast.AST) -> Iterator[int]:
    """Yield the lines on which a handler of a coded error writes the error itself instead of its sentence."""
    for handler in ast.walk(tree):
        if not isinstance(handler, ast.ExceptHandler) or handler.type is None:
            continue
        caught = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
        for node in ast.walk(handler) if caught & _coded_classes() else ():
            match node:
                case ast.Call(func=ast.Name(id="str"), args=[ast.Name(id=name)]) if name == handler.name:
                    yield node.lineno
                case ast.FormattedValue(value=ast.Name(id=name)) if name == handler.name:
                    yield node.lineno


def test_people_are_shown_the_sentence_of_a_coded_error() -> None:
    found = [f"{module}:{line}" for module, tree in MODULES.items() for line in codes_shown(tree)]
    assert found == [], "show sentence(error)"


@pytest.mark.parametrize("shown", ["str(error)", "f'Not saved: {error}'"])
def test_a_code_that_would_be_shown_is_seen(shown: str) -> None:
    handler = f"try:\n    act()\nexcept (StaleEdit, InvalidValue) as error:\n    messages.error(request, {shown})"
    assert list(codes_shown(ast.parse(handler))) == [4]
