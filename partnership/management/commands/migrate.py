"""`manage.py migrate`, which knows a database that an earlier development version made."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from partnership.database_role import refuse_foreign_letters
from partnership.environment import ConfigurationError


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        refuse_earlier(options["database"])
        refuse_foreign_letters()
        super().handle(*args, **options)


def refuse_earlier(database: str) -> None:
    """Refuse a database whose migrations were written anew since: until the first release they are not kept.

    Raises: ConfigurationError.
    """
    loader = MigrationLoader(connections[database])
    own = {app.label for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR}
    gone = sorted(key for key in loader.applied_migrations if key[0] in own and key not in loader.disk_migrations)
    if gone:
        raise ConfigurationError(
            f"The database was made by an earlier development version (its migration {'.'.join(gone[0])} is gone) and "
            f"cannot be brought up to date. Move {settings.DATA_DIR} away, or name an empty database in DATABASE_URL, "
            "and start again."
        )
