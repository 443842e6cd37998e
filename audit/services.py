"""Writing what happened."""

from typing import Any

from audit.acting import Act, acting
from audit.models import Event
from common.sides import Layer


def record_event(*, kind: str, act: Act, subject: str = "", layer: str = Layer.SHARED, **detail: Any) -> Event:
    """Append one event. ``subject`` is the reference of what it is about; ``detail`` must be JSON.

    A refusal is recorded by its door, after the refused transaction has rolled back.
    """
    with acting(act):
        return Event.objects.create(kind=kind, subject=subject, layer=layer, detail=detail)
