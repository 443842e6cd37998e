"""Recognise a full disk, whoever says so."""

import errno
import sqlite3
import tempfile
from pathlib import Path
from typing import Final

PROBE: Final = 64 * 1024  # bytes: a few pages of a database


def is_full(error: BaseException | None) -> bool:
    """Return whether the error, or one that led to it, says that a disk is full."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if (
            getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
            or getattr(error, "sqlstate", None) == "53100"
        ):
            return True
        error = error.__cause__
    return False


def require_space(folder: Path) -> None:
    """Raises: OSError where the folder takes no more."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(PROBE))
