"""The embedded queue: whatever lies in its folder, a worker goes on, and nothing is written by half."""

import errno
import os
from pathlib import Path
from uuid import uuid4

import pytest
from celery import Celery
from kombu.exceptions import ChannelError
from kombu.simple import SimpleQueue


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("queue", "control"):
        (tmp_path / name).mkdir()
    return tmp_path / "queue"


@pytest.fixture
def app(folder: Path) -> Celery:
    app = Celery("of its own", broker="filesystem://localhost", set_as_current=False)
    places = {"data_folder_in": str(folder), "data_folder_out": str(folder)}
    app.conf.broker_transport_options = places | {"control_folder": str(folder.parent / "control")}
    return app


@pytest.fixture
def name() -> str:
    """A process remembers the bindings that it has made."""
    return f"mail-{uuid4().hex}"


def put(app: Celery, name: str, word: str) -> None:
    with app.connection_for_write() as broker:
        broker.SimpleQueue(name).put({"word": word})


def take(queue: SimpleQueue) -> str:
    message = queue.get(block=False)
    message.ack()
    return str(message.payload["word"])


def got(app: Celery, name: str) -> list[str]:
    with app.connection_for_read() as broker:
        queue = broker.SimpleQueue(name)
        return [take(queue) for _ in range(queue.qsize())]


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"\xff\xfe", b"[1]"], ids=repr)
def test_a_file_that_cannot_be_read_is_set_aside_and_the_next_is_taken(
    app: Celery, folder: Path, name: str, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    broken = folder / f"0_broken.{name}.msg"
    broken.write_bytes(content)
    put(app, name, "whole")
    with app.connection_for_read() as broker:
        assert take(broker.SimpleQueue(name)) == "whole"
    [file] = (folder.parent / "unreadable").iterdir()
    assert file.name == broken.name and file.read_bytes() == content
    assert f"{broken.name} could not be read" in caplog.text
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"[[", b"{}"], ids=repr)
def test_a_broken_table_of_bindings_is_made_anew(app: Celery, folder: Path, name: str, content: bytes) -> None:
    """By the next process that starts, which finds it so."""
    (folder.parent / "control" / f"{name}.exchange").write_bytes(content)
    put(app, name, "word")
    assert got(app, name) == ["word"]


def test_a_full_disk_leaves_nothing_behind(
    app: Celery, folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(app, name, "before")

    def full(_source: object, _target: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("partnership.queue_files.os.replace", full)
        with pytest.raises(ChannelError, match="No space left on device"):
            put(app, name, "never")
    assert len(list(folder.iterdir())) == 1
    put(app, name, "after")
    assert got(app, name) == ["before", "after"]


def test_two_workers_take_each_message_once(app: Celery, name: str) -> None:
    for number in range(20):
        put(app, name, str(number))
    with app.connection_for_read() as one, app.connection_for_read() as other:
        queues = [one.SimpleQueue(name), other.SimpleQueue(name)]
        words = [take(queues[number % 2]) for number in range(20)]
    assert sorted(words, key=int) == [str(number) for number in range(20)]
