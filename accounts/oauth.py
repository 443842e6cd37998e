"""What of the OAuth library is the product's own: which scopes a system has, and that every token is an event."""

from hashlib import sha256
from typing import Any

from django.conf import settings
from oauth2_provider.models import AccessToken
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes

from accounts.actors import account_actor
from accounts.models import ServiceAccount
from audit.services import record_event


class AccountScopes(BaseScopes):
    """A system is given the scopes of its account and no others; where it names none, all of them."""

    def get_all_scopes(self) -> dict[str, str]:
        return {name: str(text) for name, text in settings.OAUTH2_PROVIDER["SCOPES"].items()}

    def get_available_scopes(
        self, application: ServiceAccount | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return list(application.scopes) if application else []

    get_default_scopes = get_available_scopes


class Validator(OAuth2Validator):
    """The library's checks, and what the audit keeps of them."""

    def save_bearer_token(self, token: dict[str, Any], request: Any, *args: Any, **kwargs: Any) -> None:
        super().save_bearer_token(token, request, *args, **kwargs)
        _record("token issued", request.client, scopes=token["scope"].split())

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """A wrong secret for an account that exists is kept; what strangers try is not."""
        authentic: bool = super().authenticate_client(request, *args, **kwargs)
        if not authentic and isinstance(request.client, ServiceAccount):
            _record("token refused", request.client)
        return authentic

    def _load_access_token(self, token: str) -> Any:
        """As the library does, with what is asked of every account: one query for all of it."""
        checksum = sha256(token.encode()).hexdigest()
        tokens = AccessToken.objects.select_related("application__organisation")
        return tokens.filter(token_checksum=checksum).first()


def _record(kind: str, account: ServiceAccount, **detail: Any) -> None:
    actor = account_actor(account)
    record_event(kind=kind, act=actor.act, subject=account.name, layer=actor.side, **detail)
