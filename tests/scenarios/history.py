"""Every write has its history row: what tests of any audited table ask."""

from collections import defaultdict
from typing import Any, cast

from audit.models import Audited


def assert_every_write_has_its_history(model: type[Audited], **where: Any) -> None:
    """Each row has as many history rows as it had versions, and the newest of them reads as the row does."""
    history = cast(Any, model).history.model
    columns = [field.attname for field in history.tracked_fields]
    kept: dict[Any, list[list[Any]]] = defaultdict(list)
    for values in history.objects.filter(**where).order_by("history_id").values(*columns):
        kept[values["id"]].append(_plain(values))
    for values in model._default_manager.filter(**where).values(*columns):
        story = kept[values["id"]]
        assert len(story) == values["row_version"], (model, values)
        assert story[-1] == _plain(values), (model, values)


def _plain(values: dict[str, Any]) -> list[Any]:
    return [bytes(value) if isinstance(value, memoryview) else value for value in values.values()]
