from typing import Any

from django.apps import AppConfig


def keep_layer(sender: Any, *, instance: Any, history_instance: Any, **kwargs: Any) -> None:
    """Copy the record's layer to its history row. The library offers no other hook than its pre-create signal."""
    history_instance.history_layer = instance.layer_now()


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        from simple_history.signals import pre_create_historical_record

        pre_create_historical_record.connect(keep_layer, dispatch_uid="audit.keep_layer")
