"""Who is acting now: the one value that every history row and event freezes."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["person", "service", "system"]
Door = Literal["admin", "api", "task", "command"]


@dataclass(frozen=True)
class Act:
    """What the audit keeps of an actor: plain values that no later rename or deletion can rewrite.

    ``organisation`` is the immutable code; ``side`` is ``UZ``, ``KR`` or empty for the system.
    """

    actor_kind: ActorKind
    actor_id: int | None
    actor_name: str
    organisation: str
    side: str
    door: Door
    reason: str = ""
    request_id: str = ""


_current: ContextVar[Act] = ContextVar("act")


class NobodyActs(RuntimeError):
    """An audited table was written outside a service: nobody could be named in its history."""


@contextmanager
def acting(act: Act) -> Iterator[None]:
    """Let the history rows written inside carry ``act``. Services open it; nothing else does."""
    token = _current.set(act)
    try:
        yield
    finally:
        _current.reset(token)


def current_act() -> Act:
    """Raises: NobodyActs."""
    try:
        return _current.get()
    except LookupError:
        raise NobodyActs("No one is acting: write audited tables through a service, inside acting(by.act).") from None
