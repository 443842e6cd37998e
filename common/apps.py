"""What the common package adds to the database's connections."""

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from common.text.search import add_function


class CommonConfig(AppConfig):
    name = "common"

    def ready(self) -> None:
        """Give each connection to SQLite the function that searches fold by; Django names no other place for it."""
        connection_created.connect(_connected, dispatch_uid="common.folded")


def _connected(connection: Any, **_kwargs: Any) -> None:
    if connection.vendor == "sqlite":
        add_function(connection.connection)
