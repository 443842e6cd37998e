"""The cache of the embedded run, in the database."""

from typing import Any

from django.conf import settings
from django.core.cache.backends.db import DatabaseCache

from common.disk import require_space


class Cache(DatabaseCache):
    """Django's, which says what a full disk is: there every write fails silently, and limits count that as reached."""

    def _base_set(self, *args: Any, **kwargs: Any) -> bool:
        """Raises: OSError where the disk is full."""
        done = bool(super()._base_set(*args, **kwargs))  # type: ignore[misc]  # the types leave it out
        if not done:
            require_space(settings.DATA_DIR)
        return done
