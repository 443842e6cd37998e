from django.apps import AppConfig


class NewModelConfig(AppConfig):
    name = "tests.new_model"
    label = "new_model"

    def ready(self) -> None:
        """Add the permissions, which the product writes into `accounts/policy/permissions.py`."""
        from accounts.policy.permissions import FOLLOWS, PERMISSIONS, Permission
        from accounts.policy.relations import Administers

        PERMISSIONS["visit.view"] = FOLLOWS
        PERMISSIONS["visit.edit"] = Permission((Administers(),))
