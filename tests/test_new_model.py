"""A new audited, scoped, API-exposed model touches six places; everything else finds it by itself."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings


def test_a_new_model_is_found_by_everything(tmp_path: Path) -> None:
    """In a process of its own: an app is installed when Django starts."""
    embedded = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/new_model/checks.py", "-q", "-p", "no:cacheprovider"],
        cwd=settings.BASE_DIR,
        env=embedded | {"DJANGO_SETTINGS_MODULE": "tests.new_model.settings", "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
