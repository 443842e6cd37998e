"""Let `manage.py check --deploy` refuse an installation that asks nobody for a second factor."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def second_factor_is_required(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.REQUIRE_SECOND_FACTOR:
        return []
    return [
        Error(
            "REQUIRE_SECOND_FACTOR is false: co-chairs, administrators, controllers and auditors sign in with a "
            "password alone.",
            hint="Leave it out, or set it to true.",
            id="accounts.E003",
        )
    ]
