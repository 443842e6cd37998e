"""The real programme in the test database, and copies of its files that a person has edited."""

import shutil
from pathlib import Path

from accounts.policy.actors import system_actor
from programme.loading import DATA, LOADER
from roadmaps.services import load_programme


def load() -> None:
    load_programme(directory=DATA, by=system_actor(LOADER))


def edited(folder: Path, *edits: tuple[str, str, str]) -> Path:
    """The files in ``folder``, with each (file, old, new) replaced; old must stand there exactly once."""
    shutil.copytree(DATA, folder, dirs_exist_ok=True)
    for file, old, new in edits:
        text = (folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return folder
