"""Recognise a full disk, whoever says so."""

import errno
import sqlite3
import tempfile
from pathlib import Path
from typing import Final

from common.causes import causes

PROBE: Final = 64 * 1024  # bytes: a few pages of a database


def is_full(error: BaseException | None) -> bool:
    """Return whether the error, or one that led to it, says that a disk is full."""
    return any(_says_full(one) for one in causes(error))


def _says_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return (
        getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL or getattr(error, "sqlstate", None) == "53100"
    )


def require_space(folder: Path) -> None:
    """Raises: OSError where the folder takes no more."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(PROBE))
