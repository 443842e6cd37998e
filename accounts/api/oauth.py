"""Adapt the OAuth library: which scopes a system gets, how many secrets may be tried, and the events of both."""

from base64 import b64decode
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import unquote_plus

from allauth.core import ratelimit
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from oauth2_provider.models import AccessToken
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes
from oauth2_provider.views import TokenView

from accounts.models import Reach, ServiceAccount
from accounts.policy.actors import account_actor, system_actor
from accounts.signin.events import WINDOW, address_of, once
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

    def _extract_basic_auth(self, request: Any) -> str | None:
        """Read the scheme's name in any case, as RFC 9110 has it."""
        return _basic(request.headers.get("HTTP_AUTHORIZATION") or "")

    def _load_application(self, client_id: str, request: Any) -> Any:
        """Refuse a NUL byte, which PostgreSQL cannot search for."""
        return None if "\x00" in (client_id or "") else super()._load_application(client_id, request)

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
    """Accepts client credentials only: no other flow of the library is used, and not all of them bear bad input.

    Ten wrong secrets for one account from one address, or a hundred from an address, close it for five minutes.
    An unknown account is treated as a known one, so that nobody learns which there are.
    """

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("grant_type") != "client_credentials":
            return JsonResponse({"error": "unsupported_grant_type"}, status=400)
        if not request.POST.get("scope", "-").strip():
            asked = request.POST.copy()
            del asked["scope"]  # blank means the same as left out
            request.POST = asked  # type: ignore[assignment]  # a mutable copy is as good
        client_id, address = _client_id(request), address_of(request)
        attempt = f"{client_id} {address}"
        if not ratelimit.consume(request, action="token_failed", key=attempt, dry_run=True):
            _record_first("token requests blocked", client_id, address)
            return JsonResponse({"error": "temporarily_unavailable"}, status=429, headers={"Retry-After": WINDOW})
        answer: HttpResponse = self.authorization_flow_token_response(request)
        if answer.status_code == 401:
            ratelimit.consume(request, action="token_failed", key=attempt)
            _record_first("token refused", client_id, address)
        return answer


def _client_id(request: HttpRequest) -> str:
    """Return the account that the request names, in its header or else in its body; empty where it names none."""
    coded = _basic(request.headers.get("Authorization", ""))
    if coded is None:
        return request.POST.get("client_id", "")
    try:
        return unquote_plus(b64decode(coded).decode().partition(":")[0])
    except ValueError:
        return ""


def _basic(header: str) -> str | None:
    """Return the credentials of an Authorization header of that scheme, still coded."""
    scheme, _space, coded = header.partition(" ")
    return coded.strip() if scheme.lower() == "basic" else None


def _record_first(kind: str, client_id: str, address: str) -> None:
    """Record the first failure of many, on the account's side where there is one of that name.

    All names that are no account's count as one: inventing names does not fill the table.
    """
    named = client_id.replace("\x00", "")
    account = ServiceAccount.objects.select_related("organisation").filter(client_id=named).first()
    if not once(f"{kind}:{account.pk if account else ''}:{address}"):
        return
    if account:
        _record(kind, account, address=address)
    else:
        record_event(kind=kind, act=system_actor("token endpoint", door="api").act, address=address)


def _record(kind: str, account: ServiceAccount, **detail: Any) -> None:
    actor = account_actor(account)
    record_event(kind=kind, act=actor.act, subject=account.name, layer=actor.side, **detail)
