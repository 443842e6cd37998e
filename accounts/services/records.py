"""Save the records of plain tables, which have no workflow of their own."""

from typing import Any, cast

from django.db import models, transaction

from accounts.policy.access import access_of
from accounts.policy.actors import Actor
from accounts.policy.questions import NotAllowed, can, in_capacity, require
from audit.models import Audited
from audit.services import save_audited
from common.days import check_days
from common.text import keep_as_typed

BOOKKEEPING = {"id", "row_version"}


class StaleEdit(Exception):
    """The record has changed since the edit began. ``current`` is the record as it stands now."""

    def __init__(self, current: Audited) -> None:
        super().__init__(f"{current} has changed meanwhile.")
        self.current = current


def audited_fields(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    """Return the columns whose change is a change of the record."""
    history = cast(Any, model).history.model
    return [field for field in history.tracked_fields if field.name not in BOOKKEEPING]


def changed_fields(before: Audited, after: Audited) -> list[str]:
    """Return the names of the audited columns in which the two differ."""
    return [
        field.name
        for field in audited_fields(type(after))
        if getattr(before, field.attname) != getattr(after, field.attname)
    ]


@transaction.atomic
def save_record(obj: Audited, *, by: Actor) -> bool:
    """Save a new or changed plain record with its history row. Return whether anything was written.

    1. An existing record is locked and asked for first: nobody takes over somebody else's.
    2. ``obj.row_version`` is the version the edit was based on: another one in the database is a stale edit.
    3. A save that changes no audited column writes nothing. Changed texts pass the gate (`common.text.typed`).
    4. The table's own rules hold (`Audited.check_change`).
    5. After the save the same question is asked again: nobody moves a record out of, or into, another's scope.

    Raises: NotAllowed, StaleEdit, ValidationError.
    """
    access = access_of(obj)
    if not can(by, access.edit):
        raise NotAllowed(access.edit, obj)
    current = None
    if obj.pk is not None:
        current = type(obj)._default_manager.select_for_update(of=("self",)).get(pk=obj.pk)
        by = require(by, access.edit, current)
        if current.row_version != obj.row_version:
            raise StaleEdit(current)
    names = [field.name for field in audited_fields(type(obj))]
    keep_as_typed(obj, current, names)
    check_days(obj, current, names)
    if current is not None and not changed_fields(current, obj):
        return False
    obj.check_change(current, by.today)
    if current is None:
        by = in_capacity(by, access.edit, obj)
    save_audited(obj, act=by.act)
    require(by, access.edit, obj)
    return True
