"""The door of web servers."""

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module

from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, connection

from partnership.environment import ConfigurationError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.settings")

BOOT_ERROR = 3  # to gunicorn: do not start it again

try:
    application = get_wsgi_application()
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
