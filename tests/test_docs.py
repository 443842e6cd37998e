"""A file that the documents name is there, and so is what they name in it."""

import re
from pathlib import Path

import pytest

from tests.scenarios.source import FLOORS, ROOT

NAMED = re.compile(rf"`((?:{'|'.join(sorted(FLOORS))}|docs|templates|tests)/[\w./-]*)`")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")])


def is_template(name: str) -> bool:
    return name.endswith(".html") and any((ROOT / "desk").glob(f"*/templates/{name}"))


def missing(text: str) -> list[str]:
    """Return the files that a text names and the tree has not, and the names that a row of a table has of no file."""
    found = [name for name in NAMED.findall(text) if not (ROOT / name).exists() and not is_template(name)]
    for row in re.findall(r"^\| (?:Where|What|How|Which|Who)\b.*\|$", text, flags=re.MULTILINE):
        files = [ROOT / name for name in NAMED.findall(row) if name.endswith(".py")]
        code = "\n".join(file.read_text(encoding="utf-8") for file in files if file.is_file())
        names = re.findall(r"`(\w+)`", row)
        found += [name for name in names if not re.search(rf"^(?:def |class |    )?{name}\b", code, flags=re.MULTILINE)]
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_is_there(document: Path) -> None:
    assert missing(document.read_text(encoding="utf-8")) == []


def test_what_is_not_there_is_found() -> None:
    row = "| How is it saved? | `desk/editor/saving.py`, `save_row`, `save_all`; `desk/editor/storing.py` |"
    assert missing(row) == ["desk/editor/storing.py", "save_all"]
