"""The test databases of one worker: one that holds the programme, one that holds nothing, and a copy of each.

A test's rolled-back transaction leaves a database as it was. A test that commits has it restored from the copy: a
template on PostgreSQL, a file on SQLite.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.db import connection


class WorkerDatabases:
    """The databases next to the one that Django has just made, in which only the migrations have run."""

    def __init__(self, load_programme: Callable[[], None]) -> None:
        self.programme = _name()
        assert Path(self.programme).name.startswith("test"), "there is no test database: a test's mark is missing"
        self.empty = f"{self.programme}_empty"
        _copy(self.programme, self.empty)
        load_programme()
        for name in (self.programme, self.empty):
            _copy(name, _template_of(name))

    @contextmanager
    def emptied(self) -> Iterator[None]:
        """Let every new connection, of whichever thread, go to the database that holds nothing."""
        _connect_to(self.empty)
        try:
            yield
        finally:
            _connect_to(self.programme)

    def restore(self) -> None:
        """Undo what was committed in the database in use, its sequences too; whoever is still connected is put out."""
        _copy(_template_of(_name()), _name())
        ContentType.objects.clear_cache()

    def drop(self) -> None:
        """All but the one that Django made and drops itself."""
        for name in (self.empty, _template_of(self.empty), _template_of(self.programme)):
            _drop(name)


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _template_of(name: str) -> str:
    return f"{name}_template"


def _connect_to(name: str) -> None:
    assert not connection.in_atomic_block
    connection.close()
    connection.settings_dict["NAME"] = name  # the settings of the connections of all threads


def _copy(source: str, target: str) -> None:
    assert not connection.in_atomic_block
    _drop(target)
    if connection.vendor == "sqlite":
        assert not Path(f"{source}-wal").exists(), "somebody is connected: the file alone is not all of it"
        shutil.copyfile(source, target)
    else:
        _tell_the_server(f"CREATE DATABASE {_quoted(target)} TEMPLATE {_quoted(source)}")


def _drop(name: str) -> None:
    connection.close()
    if connection.vendor == "sqlite":
        for ending in ("", "-wal", "-shm"):
            Path(f"{name}{ending}").unlink(missing_ok=True)
    else:
        _tell_the_server(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _tell_the_server(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
