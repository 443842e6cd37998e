"""How many rows the database hands over."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


class _Counting:
    """A cursor that counts the rows that are taken from it."""

    def __init__(self, cursor: Any, taken: list[int]) -> None:
        self._cursor, self._taken = cursor, taken

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def __iter__(self) -> Iterator[Any]:
        for row in self._cursor:
            self._taken.append(1)
            yield row

    def fetchone(self) -> Any:
        row = self._cursor.fetchone()
        self._taken.append(row is not None)
        return row

    def fetchmany(self, *args: Any) -> Any:
        rows = self._cursor.fetchmany(*args)
        self._taken.append(len(rows))
        return rows

    def fetchall(self) -> Any:
        rows = self._cursor.fetchall()
        self._taken.append(len(rows))
        return rows


@contextmanager
def rows_taken() -> Iterator[list[int]]:
    """Yield a list whose sum is the number of rows taken inside."""
    taken: list[int] = []
    created = connection.create_cursor
    connection.create_cursor = lambda *args, **kwargs: _Counting(created(*args, **kwargs), taken)  # type: ignore[method-assign]
    try:
        yield taken
    finally:
        connection.create_cursor = created  # type: ignore[method-assign]
