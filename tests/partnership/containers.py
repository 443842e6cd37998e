"""What the container files say, read as an engine would read them: there is none where the tests run."""

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

TREE = settings.BASE_DIR
OURS = ("migrate", "web", "worker", "beat")

VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>[A-Z_]+)(?::(?P<kind>[?-])(?P<words>[^}]*))?\})")


def services() -> dict[str, dict[str, Any]]:
    composed: dict[str, dict[str, Any]] = yaml.safe_load((TREE / "docker-compose.yml").read_text())["services"]
    return composed


def filled(text: str, variables: Mapping[str, str]) -> str:
    """``text`` with its variables put in; where one that is demanded is missing the sentence is raised."""

    def value(found: "re.Match[str]") -> str:
        if not found["name"]:
            return "$"
        given = variables.get(found["name"], "")
        if not given and found["kind"] == "?":
            raise LookupError(found["words"])
        return given or found["words"] or ""

    return VARIABLE.sub(value, text)


def arguments(command: list[str]) -> list[str]:
    """Of a command, and of a healthcheck, which says first whether a shell reads it."""
    if command[0] == "CMD-SHELL":
        command = ["sh", "-c", *command[1:]]
    return [filled(part, {}) for part in command if part != "CMD"]


def stages() -> list[list[tuple[str, str]]]:
    """The Dockerfile's instructions, a list for each FROM."""
    found: list[list[tuple[str, str]]] = []
    joined = re.sub(r"\\\n\s*", "", (TREE / "Dockerfile").read_text())
    for line in joined.splitlines():
        if line and not line.startswith("#"):
            word, _, rest = line.partition(" ")
            if word == "FROM":
                found.append([])
            found[-1].append((word, rest))
    return found


def variables(stage: list[tuple[str, str]]) -> dict[str, str]:
    """What ENV sets in it."""
    return dict(pair.split("=", 1) for word, rest in stage if word == "ENV" for pair in rest.split())


def copy_of_the_context(folder: Path) -> Path:
    """The tree as .dockerignore leaves it: what an engine would be given to build from."""
    kept = list(_context(TREE))
    for path in kept:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TREE / path, folder / path)
    return folder


def _context(folder: Path) -> Iterator[Path]:
    # folders that are left out whole are not walked through: .venv has ten thousands of files
    for path in sorted(folder.iterdir()):
        name = path.relative_to(TREE)
        if not ignored(name.as_posix()):
            if path.is_dir():
                yield from _context(path)
            else:
                yield name


def ignored(path: str) -> bool:
    """The last line that matches the path, or a folder above it, decides. Patterns begin at the top of the tree."""
    parts = path.split("/")
    ancestors = ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
    answer = False
    for line in (TREE / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#"):
            pattern = re.escape(line.lstrip("!")).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
            if any(re.fullmatch(pattern, one) for one in ancestors):
                answer = not line.startswith("!")
    return answer
