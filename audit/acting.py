"""Who acts now: the value that every history row and event stores."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["person", "service", "system"]
Door = Literal["admin", "api", "task", "command"]


@dataclass(frozen=True)
class Act:
    """What the audit stores of an actor: plain values that no later rename or deletion can change.

    ``organisation`` is the immutable code; ``side`` is ``UZ``, ``KR``, or empty for the system.
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
    """An audited table was written outside a service, so its history could name nobody."""


@contextmanager
def acting(act: Act) -> Iterator[None]:
    """Store ``act`` in every history row written inside. Only services open it."""
    token = _current.set(act)
    try:
        yield
    finally:
        _current.reset(token)


def current_act() -> Act:
    """Return the act that is open now. Raises: NobodyActs."""
    try:
        return _current.get()
    except LookupError:
        raise NobodyActs("Nobody acts: write audited tables through a service, inside acting(by.act).") from None
