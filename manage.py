#!/usr/bin/env python
"""The command line of the product: `python manage.py help`."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, connection

    from partnership.environment import ConfigurationError

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if connection.connection is not None:
            raise
        # it was never reached: what is wrong is where it is looked for
        reason = str(error).partition("\n")[0].rstrip(".")
        raise ConfigurationError(
            f"The database does not answer ({reason}): start it, or correct DATABASE_URL."
        ) from None


if __name__ == "__main__":
    main()
