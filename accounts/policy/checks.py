"""Let `manage.py check` report what the policy could not decide."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register

from accounts.policy.access import UNDECLARED, access_of
from accounts.policy.permissions import PERMISSIONS
from audit.models import Audited


@register()
def every_model_declares_access(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report audited models without an access declaration, and declarations with unknown permissions."""
    found: list[CheckMessage] = []
    for model in apps.get_models():
        if not issubclass(model, Audited):
            continue
        access = access_of(model)
        if access is UNDECLARED:
            found.append(Error(f"{model._meta.label} declares no access.", obj=model, id="accounts.E001"))
            continue
        found += [
            Error(f"{model._meta.label} names the unknown permission {name}.", obj=model, id="accounts.E002")
            for name in sorted(access.permissions - PERMISSIONS.keys())
        ]
    return found
