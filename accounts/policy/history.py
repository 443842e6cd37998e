"""Read the history of a record. The product shows no history row that does not come from here."""

from typing import Any, cast

from django.db.models import QuerySet

from accounts.policy.access import access_of
from accounts.policy.actors import Actor
from accounts.policy.questions import visible
from audit.models import Audited
from common.sides import Layer


def history_of(actor: Actor, record: Audited) -> QuerySet[Any]:
    """Return the history rows of ``record`` that ``actor`` may see, newest first.

    - The record must be visible now.
    - A row keeps the layer of its moment: one that was written on the other side's layer stays there, whatever
      became of the record since.
    """
    model = type(record)
    records = visible(actor, access_of(model).view, model._default_manager.filter(pk=record.pk)).order_by()
    rows: QuerySet[Any] = cast(Any, model).history.filter(id__in=records.values("pk"))
    if not actor.is_system:
        rows = rows.filter(history_layer__in=(Layer.SHARED, actor.side))
    return rows.order_by("-history_id")
