"""The modules of the product, for tests that read its code."""

from pathlib import Path
from typing import Final

from django.conf import settings

ROOT: Final = Path(settings.BASE_DIR)
FLOORS: Final = {
    *("partnership", "desk", "reminders", "roadmaps", "programme", "accounts", "audit", "common"),
    *("tools", "bench"),
}


def modules() -> list[Path]:
    found = [path for floor in sorted(FLOORS) for path in sorted((ROOT / floor).rglob("*.py"))]
    return [path for path in found if path.is_file()]
