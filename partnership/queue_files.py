"""The embedded queue: Celery's filesystem transport, whose files are there whole or not at all.

The library's own leaves an empty file on a full disk, and a worker that reads one dies. Here a file that cannot be read
is set aside and logged; what it asked for is asked for again by the next sweep.
"""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from json import JSONDecodeError
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)

UNREADABLE = (JSONDecodeError, UnicodeDecodeError, TypeError)


class Channel(filesystem.Channel):
    """One process's access to the folder."""

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:  # type: ignore[override]  # its bases disagree
        """Raises: ChannelError, with no file left."""
        folder = Path(self.data_folder_out)
        _write_whole(folder / f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg", dumps(message))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """Raises: Empty."""
        for file in self._files(queue):
            taken = file.with_name(f".{file.name}")
            try:
                file.rename(taken)
            except OSError:  # another worker has it
                continue
            try:
                payload = _read(taken)
            except UNREADABLE:
                self._set_aside(taken)
                continue
            taken.unlink(missing_ok=True)
            return payload
        raise Empty()

    def get_table(self, exchange: str) -> list[Any]:
        try:
            return list(super().get_table(exchange))
        except UNREADABLE:
            self._set_aside(self._table(exchange))
            return []

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str) -> None:
        """Bindings of two processes at once may overwrite each other: each binds again when it starts."""
        table = [list(row) for row in self.get_table(exchange)]
        row = [routing_key or "", pattern or "", queue or ""]
        if row not in table:
            self.control_folder.mkdir(exist_ok=True)
            _write_whole(self._table(exchange), dumps([row, *table]))

    def _table(self, exchange: str) -> Path:
        return Path(self.control_folder) / f"{exchange}.exchange"

    def _files(self, queue: str) -> Iterator[Path]:
        """Yield the files of a queue, the oldest first."""
        folder = Path(self.data_folder_in)
        for name in sorted(os.listdir(folder)):
            if name.partition(".")[2] == f"{queue}.msg":
                yield folder / name

    def _set_aside(self, file: Path) -> None:
        """Keep it for whoever looks into it, where no worker finds it."""
        place = Path(self.control_folder).parent / "unreadable"
        name = file.name.lstrip(".")
        with suppress(OSError):
            place.mkdir(exist_ok=True)
            file.rename(place / name)
        logger.error("%s could not be read and was set aside in %s. Is the disk full?", name, place)


class Transport(filesystem.Transport):
    Channel = Channel


def _read(file: Path) -> Any:
    payload = loads(file.read_text(encoding="utf-8"))
    if not isinstance(payload, dict):
        raise TypeError("A message is an object.")
    return payload


def _write_whole(file: Path, text: str) -> None:
    """Raises: ChannelError."""
    name = ""
    try:
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".", delete=False) as temporary:
            name = temporary.name
            temporary.write(text.encode())
        os.replace(name, file)
    except OSError as error:
        if name:
            Path(name).unlink(missing_ok=True)
        raise ChannelError(f"{file} could not be written: {error.strerror}") from error
