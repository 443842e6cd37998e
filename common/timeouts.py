"""Recognise a statement that the database ended because it took too long."""

from typing import Final

CANCELED: Final = "57014"  # the SQLSTATE of a statement that was ended


def is_too_slow(error: BaseException | None) -> bool:
    """Return whether the error, or one that led to it, is a statement that took too long."""
    while error is not None:
        if getattr(error, "sqlstate", None) == CANCELED:
            return True
        error = error.__cause__
    return False
