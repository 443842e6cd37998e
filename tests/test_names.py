"""A class of the product is called by its own name alone, so that a search for the name finds one class."""

import ast
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.scenarios.source import modules

NAMED_BY_DJANGO = {"Command", "Meta", "Migration"}


def shared_names(files: Iterable[Path]) -> dict[str, list[str]]:
    """Return the class names that stand in more than one file, nested classes too, with the files."""
    places: dict[str, set[str]] = defaultdict(set)
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and node.name not in NAMED_BY_DJANGO:
                places[node.name].add(str(file))
    return {name: sorted(found) for name, found in places.items() if len(found) > 1}


def test_no_two_classes_share_a_name() -> None:
    assert shared_names(modules()) == {}


@pytest.mark.parametrize("second", ["class Row: ...", "class Table:\n    class Row: ..."])
def test_a_shared_name_is_found(tmp_path: Path, second: str) -> None:
    files = [tmp_path / "first.py", tmp_path / "second.py"]
    for file, text in zip(files, ("class Row: ...", second), strict=True):
        file.write_text(text + "\nclass Command: ...\n", encoding="utf-8")
    assert list(shared_names(files)) == ["Row"]
