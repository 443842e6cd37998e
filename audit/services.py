"""Writing what happened."""

from typing import Any

from audit.acting import Act, acting
from audit.models import Audited, Event
from common.sides import Layer


def save_audited(row: Audited, *, act: Act) -> None:
    """Write one row with its history row. A change counts its version on; a new row begins with 1.

    It asks nobody and compares nothing: a plain record goes through `accounts.services.save_record`, and a service
    with a workflow asks first.
    """
    if row.pk is not None:
        row.row_version += 1
    with acting(act):
        row.save()


def record_event(*, kind: str, act: Act, subject: str = "", layer: str = Layer.SHARED, **detail: Any) -> Event:
    """Append one event. ``subject`` is the reference of what it is about; ``detail`` must be JSON.

    A refusal is recorded by its door, after the refused transaction has rolled back.
    """
    with acting(act):
        return Event.objects.create(kind=kind, subject=subject, layer=layer, detail=detail)
