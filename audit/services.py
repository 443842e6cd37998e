"""Write history and events."""

from typing import Any

from audit.acting import Act, acting
from audit.models import Audited, Event
from common.sides import Layer


def save_audited(row: Audited, *, act: Act) -> None:
    """Write one row with its history row. A change raises the row's version; a new row has version 1.

    It checks no permission and compares nothing: plain records go through `accounts.services.save_record`, and a
    service with a workflow checks first.
    """
    if row.pk is not None:
        row.row_version += 1
    with acting(act):
        row.save()


def record_event(*, kind: str, act: Act, subject: str = "", layer: str = Layer.SHARED, **detail: Any) -> Event:
    """Append one event. ``subject`` is the reference of the record concerned; ``detail`` must be JSON.

    A door records a refusal after the refused transaction has rolled back.
    """
    with acting(act):
        return Event.objects.create(kind=kind, subject=subject, layer=layer, detail=detail)
