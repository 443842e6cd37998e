"""Nobody has one role in one place twice at the same time: refused by the database, also in a race.

A constraint of the model cannot say it: only PostgreSQL has exclusion constraints. On SQLite it is a trigger, which is
lost where a later migration makes the table anew; `tests/accounts/test_terms.py` fails then.
"""

from django.db import migrations

TABLES = {
    "accounts_membership": ("user_id", "organisation_id", "role"),
    "accounts_seat": ("user_id", "group_id", "role"),
}


def name_of(table):
    return f"{table.removeprefix('accounts_')}_terms_do_not_overlap"


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        for table, same in TABLES.items():
            equal = ", ".join(f"{column} WITH =" for column in same)
            schema_editor.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT {name_of(table)} "
                f"EXCLUDE USING gist ({equal}, daterange(valid_from, valid_to, '[]') WITH &&)"
            )
        return
    for table, same in TABLES.items():
        equal = " AND ".join(f"other.{column} = NEW.{column}" for column in same)
        for act in ("INSERT", "UPDATE"):
            schema_editor.execute(
                f"CREATE TRIGGER {name_of(table)}_{act.lower()} BEFORE {act} ON {table} "  # noqa: S608  # names of ours
                f"WHEN EXISTS (SELECT 1 FROM {table} AS other WHERE {equal} AND other.id IS NOT NEW.id "
                "AND other.valid_from <= coalesce(NEW.valid_to, '9999-12-31') "
                "AND coalesce(other.valid_to, '9999-12-31') >= NEW.valid_from) "
                f"BEGIN SELECT RAISE(ABORT, '{name_of(table)}'); END"
            )


def remove(apps, schema_editor):
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name_of(table)}")
        else:
            for act in ("insert", "update"):
                schema_editor.execute(f"DROP TRIGGER {name_of(table)}_{act}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_submitted_form")]

    operations = [migrations.RunPython(add, remove)]
