"""Adapt the OAuth library: which scopes a system gets, and an audit event for every token."""

from functools import cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from oauth2_provider.models import AccessToken
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes
from oauth2_provider.views import TokenView

from accounts.models import Reach, ServiceAccount
from accounts.policy.actors import account_actor
from audit.services import record_event


class AccountScopes(BaseScopes):
    """Gives a system the scopes of its account only; all of them where it names none."""

    def get_all_scopes(self) -> dict[str, str]:
        return {name: str(text) for name, text in settings.OAUTH2_PROVIDER["SCOPES"].items()}

    def get_available_scopes(
        self, application: ServiceAccount | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return list(application.scopes) if application else []

    get_default_scopes = get_available_scopes


class Validator(OAuth2Validator):
    """Runs the library's checks and records them in the audit."""

    def save_bearer_token(self, token: dict[str, Any], request: Any, *args: Any, **kwargs: Any) -> None:
        super().save_bearer_token(token, request, *args, **kwargs)
        _record("token issued", request.client, scopes=token["scope"].split())

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Record a wrong secret for an existing account; unknown names are not recorded."""
        authentic: bool = super().authenticate_client(request, *args, **kwargs)
        named = getattr(request, "named_account", None)
        if not authentic and isinstance(named, ServiceAccount):
            _record("token refused", named)
        return authentic

    def _load_application(self, client_id: str, request: Any) -> Any:
        """Refuse a NUL byte, which PostgreSQL cannot search for."""
        account = None if "\x00" in (client_id or "") else super()._load_application(client_id, request)
        if account is not None:
            # the library forgets it while it looks for a second name in the body
            request.named_account = account
        return account

    def _load_access_token(self, token: str) -> Any:
        """Load the token with all that a request needs of the account, in one query."""
        access = next(iter(_tokens().filter(token_checksum=sha256(token.encode()).hexdigest())), None)
        if access is not None and access.application is not None:
            access.application.reach = access.reach
        return access


@cache
def _tokens() -> QuerySet[Any]:
    """Return tokens with account, organisation and reach, without the account's secret."""
    account, body = "application__", "application__organisation__"
    return (
        AccessToken.objects.select_related("application__organisation")
        .only(
            *("user", "expires", "scope", "resource"),
            *(f"{account}{name}" for name in ("client_id", "name", "scopes", "revoked_at")),
            *(f"{body}{name}" for name in ("code", "side", "coordinator", "control_body")),
        )
        .annotate(reach=Reach("application__organisation"))
    )


class SystemTokenView(TokenView):
    """Accepts client credentials only: no other flow of the library is used, and not all of them bear bad input."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("grant_type") != "client_credentials":
            return JsonResponse({"error": "unsupported_grant_type"}, status=400)
        answer: HttpResponse = self.authorization_flow_token_response(request)
        return answer


def _record(kind: str, account: ServiceAccount, **detail: Any) -> None:
    actor = account_actor(account)
    record_event(kind=kind, act=actor.act, subject=account.name, layer=actor.side, **detail)
