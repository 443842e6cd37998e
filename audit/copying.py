"""Stream many audited rows into PostgreSQL by COPY, each with its history row; for samples of any size."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.db import connection, transaction
from django.utils import timezone

from audit.acting import Act, acting
from audit.models import Audited


def copy_all(model: type[Audited], rows: Iterable[Mapping[str, Any]], *, act: Act) -> range:
    """Insert rows that are given by column and have no key yet; return their keys, in the same order.

    No row is kept in memory. The history is written by one statement from what was inserted, as `create_all` writes it.
    The table is locked against other writers until the transaction ends, because the keys are counted here.
    """
    quote = connection.ops.quote_name
    table, fields = model._meta.db_table, [field for field in model._meta.concrete_fields if not field.primary_key]
    names = ", ".join(quote(column) for column in ("id", *(str(field.column) for field in fields)))
    with acting(act), transaction.atomic(savepoint=False), connection.cursor() as cursor:
        defaults = [(field, field.get_default()) for field in fields]
        cursor.execute(f"LOCK TABLE {quote(table)} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        first = following = cursor.fetchone()[0]
        with cast(Any, cursor).copy(f"COPY {quote(table)} ({names}) FROM STDIN") as copy:
            for row in rows:
                values = (row.get(field.attname, default) for field, default in defaults)
                stored = (
                    field.get_db_prep_save(value, connection) for field, value in zip(fields, values, strict=True)
                )
                copy.write_row([following, *stored])
                following += 1
        if following == first:
            return range(first, first)
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, following - 1])
        _write_history(model, cursor, first)
    return range(first, following)


def _write_history(model: type[Audited], cursor: Any, first: int) -> None:
    history, quote = cast(Any, model).history.model, connection.ops.quote_name
    copied = {field.column for field in model._meta.concrete_fields}
    own = [field for field in history._meta.concrete_fields if field.column not in copied and not field.primary_key]
    told = {"history_date": timezone.now(), "history_type": "+"}
    same = [field.column for field in history._meta.concrete_fields if field.column in copied]
    columns = ", ".join(quote(column) for column in (*same, *(field.column for field in own)))
    chosen = ", ".join([*(quote(column) for column in same), *["%s"] * len(own)])
    tables = quote(history._meta.db_table), quote(model._meta.db_table)
    cursor.execute(
        # names of our own tables and columns, and placeholders
        f"INSERT INTO {tables[0]} ({columns}) SELECT {chosen} FROM {tables[1]} WHERE id >= %s ORDER BY id",  # noqa: S608
        [*(told.get(field.name, field.get_default()) for field in own), first],
    )
