"""Follow an error back to what led to it."""

from collections.abc import Iterator
from typing import Final

CANCELED: Final = "57014"  # the SQLSTATE of a statement that the database ended


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error, then each that led to the one before."""
    while error is not None:
        yield error
        error = error.__cause__


def is_too_slow(error: BaseException | None) -> bool:
    """Return whether the error, or one that led to it, is a statement that took too long."""
    return any(getattr(one, "sqlstate", None) == CANCELED for one in causes(error))
