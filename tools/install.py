"""Install pinned requirements into the environment that runs this, and show how far it has come.

    python tools/install.py requirements.txt [requirements-dev.txt ...]

Only the standard library: this runs in an environment in which nothing is installed yet.
"""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

# `name==1.2` begins a requirement in a lock file; the lines of hashes below it are indented
PINNED: Final = re.compile(r"^[A-Za-z0-9][^\s=]*==", re.MULTILINE)
COLLECTED: Final = re.compile(r"(?:Collecting|Requirement already satisfied:) ([^\s=<>\[(]+)")
STEP: Final = 20  # packages between two lines where there is no terminal


def main(files: Sequence[str]) -> int:
    """Return pip's exit code; what pip said is printed where it failed."""
    total = len({name for file in files for name in PINNED.findall(Path(file).read_text(encoding="utf-8"))})
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"]
    command += ["--progress-bar=off", *(part for file in files for part in ("-r", file))]
    said: list[str] = []
    seen: set[str] = set()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            said.append(line)
            if (found := COLLECTED.match(line)) and found[1] not in seen:
                seen.add(found[1])
                show(len(seen), total, found[1])
            elif line.startswith("Installing collected packages"):
                show(total, total, "unpacking, the last step")
    if sys.stdout.isatty():
        print()
    if pip.returncode:
        sys.stderr.writelines(said)
    return pip.returncode


def show(count: int, total: int, what: str) -> None:
    """One line that is written over on a terminal; elsewhere a line now and then."""
    line = f"  {count} of {total} packages: {what}"
    if sys.stdout.isatty():
        print(f"\r\033[K{line}", end="", flush=True)
    elif count % STEP == 0 or count == total:
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
