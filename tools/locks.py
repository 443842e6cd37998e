"""Are the lock files in step with the .in files? Read without any network; `make lock` mends what it finds.

What the locked packages need of one another is `pip check`'s part.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)")


def wanted(path: Path) -> list[Requirement]:
    lines = (line.partition(" #")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]


def pinned(path: Path) -> tuple[dict[str, str], set[str]]:
    """Every pinned version by name, and the names that the lock file says are there for the .in file's sake."""
    versions: dict[str, str] = {}
    direct: set[str] = set()
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if found := PIN.match(line):
            name = canonicalize_name(found[1])
            versions[name] = found[2]
        elif line.lstrip().startswith("#") and f"-r {path.stem}.in" in line:
            direct.add(name)
    return versions, direct


def faults(source: Path) -> Iterator[str]:
    lock = source.with_suffix(".txt")
    versions, direct = pinned(lock)
    requirements = wanted(source)
    for requirement in requirements:
        version = versions.get(canonicalize_name(requirement.name))
        if version is None:
            yield f"{source}: {requirement.name} is not in {lock}"
        elif not requirement.specifier.contains(version, prereleases=True):
            yield f"{source}: {requirement} is locked at {version}"
    for name in sorted(direct - {canonicalize_name(requirement.name) for requirement in requirements}):
        yield f"{lock}: {name} is no longer in {source}"


def differences(one: Path, other: Path) -> Iterator[str]:
    first, second = pinned(one)[0], pinned(other)[0]
    for name in sorted(first.keys() & second.keys()):
        if first[name] != second[name]:
            yield f"{name} is {first[name]} in {one} and {second[name]} in {other}"


def main() -> int:
    found = [
        *faults(Path("requirements.in")),
        *faults(Path("requirements-dev.in")),
        *differences(Path("requirements.txt"), Path("requirements-dev.txt")),
    ]
    for fault in found:
        print(fault)
    print("Run make lock." if found else "The lock files are in step.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
