"""Write many audited rows at once, each with its history row."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeVar, cast

from django.db import transaction

from audit.acting import Act, acting, current_act
from audit.models import Audited

A = TypeVar("A", bound=Audited)

BATCH: Final = 200  # rows per UPDATE, whose text grows with rows times columns


def create_all(model: type[A], rows: Iterable[A], *, act: Act) -> list[A]:
    """Insert the rows and their history in one transaction, in a number of queries that does not depend on the rows."""
    with acting(act), transaction.atomic(savepoint=False):
        created = model._default_manager.bulk_create(rows)
        _write_history(model, created, update=False)
    return created


def update_all(model: type[A], rows: Sequence[A], fields: Iterable[str], *, act: Act) -> None:
    """Update ``fields`` of the rows, raise their versions and write their history, in one transaction."""
    if not rows:
        return
    for row in rows:
        row.row_version += 1
    with acting(act), transaction.atomic(savepoint=False):
        model._default_manager.bulk_update(rows, [*fields, "row_version"], batch_size=BATCH)
        _write_history(model, rows, update=True)


def _write_history(model: type[A], rows: Sequence[A], *, update: bool) -> None:
    if not rows:
        return
    history = cast(Any, model).history
    layers = {row.layer_now() for row in rows}
    for layer in layers:
        history.bulk_history_create(
            [row for row in rows if row.layer_now() == layer],
            update=update,
            default_change_reason=current_act().reason,
            custom_historical_attrs={"history_layer": layer},
        )
