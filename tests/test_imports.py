"""What several test files share stands in `tests/scenarios`: a test file can be moved or deleted by itself."""

import ast
from pathlib import Path

TESTS = Path(__file__).parent


def imported(file: Path) -> set[str]:
    """The modules that a file imports, also inside its functions, and the names it takes from them."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_nothing_imports_from_a_test_file() -> None:
    files = [*TESTS.rglob("*.py"), *(TESTS.parent / "bench").rglob("*.py")]
    test_modules = {".".join(file.relative_to(TESTS.parent).with_suffix("").parts) for file in TESTS.rglob("test_*.py")}
    wrong = [
        (str(file.relative_to(TESTS.parent)), name)
        for file in files
        for name in imported(file)
        if name in test_modules or name.rpartition(".")[0] in test_modules
    ]
    assert wrong == []
