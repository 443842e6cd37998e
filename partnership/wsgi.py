"""The door of web servers."""

import os
import sys

from django.core.wsgi import get_wsgi_application

from partnership.environment import ConfigurationError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.settings")

BOOT_ERROR = 3  # to gunicorn: do not start it again

try:
    application = get_wsgi_application()
except ConfigurationError as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(BOOT_ERROR)
