"""What the application may do with each table, and whether its role in PostgreSQL is as modest as that.

The owner's role migrates. The application's has no right on a table that is not named here, alters and empties none,
and neither changes nor deletes history and events.
"""

from typing import Final

from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from audit.models import Audited, Event
from partnership.environment import ConfigurationError

READ: Final = ("SELECT",)
APPEND: Final = ("SELECT", "INSERT")
KEEP: Final = ("SELECT", "INSERT", "UPDATE")  # nothing with a history is deleted
ALL: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")

# by itself, or as any role that it may become: a right to rewrite a table or one of its columns, the table, its schema
# (whose owner drops tables), or the means to become yet another role
REWRITES: Final = """
SELECT EXISTS (
    SELECT FROM pg_roles AS role
    CROSS JOIN pg_class AS kept
    JOIN pg_namespace AS schema ON schema.oid = kept.relnamespace
    WHERE pg_has_role(role.oid, 'MEMBER') AND kept.oid = ANY(%s::regclass[]) AND (
        role.rolsuper OR role.rolcreaterole
        OR role.oid IN (kept.relowner, schema.nspowner)
        OR has_table_privilege(role.oid, kept.oid, 'DELETE, TRUNCATE, TRIGGER')
        OR has_any_column_privilege(role.oid, kept.oid, 'UPDATE')
    )
)
"""


def is_append_only(model: type[Model]) -> bool:
    """Whether it is a table of history, or that of the events."""
    return model is Event or hasattr(model, "instance_type")


def privileges() -> dict[str, tuple[str, ...]]:
    """Return the privileges of the application's role by table."""
    found = {model._meta.db_table: _of(model) for model in apps.get_models(include_auto_created=True)}
    found[MigrationRecorder.Migration._meta.db_table] = READ
    cache = settings.CACHES["default"]
    if cache["BACKEND"].endswith("DatabaseCache"):
        found[cache["LOCATION"]] = ALL
    return found


def _of(model: type[Model]) -> tuple[str, ...]:
    if is_append_only(model):
        return APPEND
    if issubclass(model, ContentType | Permission | LogEntry):  # written by migrations, or not at all
        return READ
    return KEEP if issubclass(model, Audited) else ALL


def grant_privileges(role: str) -> None:
    """Give ``role`` these privileges and no others; run by the tables' owner, after every migration."""
    quote = connection.ops.quote_name
    name = quote(role)
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}, PUBLIC")
        cursor.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {name}, PUBLIC")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}")
        for table, granted in sorted(privileges().items()):
            cursor.execute(f"GRANT {', '.join(granted)} ON {quote(table)} TO {name}")


def is_superuser() -> bool:
    """Whether PostgreSQL checks none of what this process does."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def is_modest() -> bool:
    """Whether this process can neither change the tables nor rewrite history and events. SQLite knows no roles."""
    if connection.vendor != "postgresql":
        return True
    kept = [model._meta.db_table for model in apps.get_models() if is_append_only(model)]
    with connection.cursor() as cursor:
        cursor.execute(REWRITES, [kept])
        return not cursor.fetchone()[0]


def refuse_foreign_letters() -> None:
    """Refuse a database that does not know which Cyrillic letters are capitals: nobody would find a Russian text in it.

    Raises: ConfigurationError; DatabaseError where the database does not answer.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower('ЎҚҒЁ') = 'ўқғё', current_setting('server_encoding') = 'UTF8'")
        folds, is_unicode = cursor.fetchone()
    if not (folds and is_unicode):
        raise ConfigurationError(
            "DATABASE_URL: this database does not fold Cyrillic letters: its LC_CTYPE is C, or its encoding is "
            "not UTF8. Create it anew: createdb --template=template0 --encoding=UTF8 --lc-ctype=C.UTF-8 NAME."
        )


def refuse_superuser() -> None:
    """Refuse to serve as a superuser, except in a demo.

    Raises: ConfigurationError; DatabaseError where the database does not answer.
    """
    if not settings.DEMO and is_superuser():
        raise ConfigurationError(
            "DATABASE_URL: this role of PostgreSQL is a superuser, whom no rule of the database binds. Name another "
            "(deploy/roles.sql makes one), or set DEMO=true to try it out."
        )
