"""`tools/locks.py` notices a lock file that somebody forgot."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

FILES = ("requirements.in", "requirements.txt", "requirements-dev.in", "requirements-dev.txt")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(settings.BASE_DIR / name, tmp_path)
    return tmp_path


def faults(folder: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, settings.BASE_DIR / "tools" / "locks.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    *found, last = done.stdout.splitlines()
    assert (done.returncode, last) == ((1, "Run make lock.") if found else (0, "The lock files are in step."))
    return found


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_they_are_in_step(folder: Path) -> None:
    assert faults(folder) == []


def test_a_package_added_and_not_locked(folder: Path) -> None:
    edit(folder / "requirements.in", "pyyaml", "a-new-one>=1\npyyaml")
    assert faults(folder) == ["requirements.in: a-new-one is not in requirements.txt"]


def test_a_package_no_longer_wanted(folder: Path) -> None:
    edit(folder / "requirements.in", "whitenoise>=6.12,<7\n", "")
    assert faults(folder) == ["requirements.txt: whitenoise is no longer in requirements.in"]


def test_a_range_that_has_moved(folder: Path) -> None:
    edit(folder / "requirements.in", "django>=5.2,<5.3", "django>=6.0,<6.1")
    [fault] = faults(folder)
    assert fault.startswith("requirements.in: django<6.1,>=6.0 is locked at 5.2")


def test_the_two_locks_disagree(folder: Path) -> None:
    edit(folder / "requirements-dev.txt", "\npackaging==", "\npackaging==1.")
    [fault] = faults(folder)
    assert fault.startswith("packaging is ")
