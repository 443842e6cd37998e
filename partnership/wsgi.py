"""The door of web servers."""

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module

import django
from django.conf import settings
from django.db import DatabaseError, connection

from partnership.environment import ConfigurationError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.settings")

BOOT_ERROR = 3  # to gunicorn: do not start it again


def limit_statements() -> None:
    """Let PostgreSQL end a statement that holds up a page for too long. Settings that DATABASE_URL names stay."""
    if connection.vendor == "postgresql" and settings.STATEMENT_TIMEOUT:
        options = connection.settings_dict["OPTIONS"]
        limit = f"-c statement_timeout={settings.STATEMENT_TIMEOUT}s"
        options["options"] = f"{limit} {options.get('options', '')}".strip()


try:
    django.setup(set_prefix=False)
    application = import_module("partnership.utf8").Application()
    limit_statements()
    import_module("partnership.urls")  # now, and not at the first visitor's page
    with suppress(DatabaseError):  # one that is not there yet: /readyz says so until it is
        role = import_module("partnership.database_role")
        role.refuse_superuser()
        role.refuse_foreign_letters()
        connection.close()  # no connection is shared with a process that is forked from this one
except ConfigurationError as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(BOOT_ERROR)

# what is loaded by now lives as long as the process: looking through it for rubbish would cost each page a tenth
gc.collect()
gc.freeze()
