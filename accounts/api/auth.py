"""Identify who calls the API: a partner system by its token, or a person by their session."""

from typing import Any, cast

from django.utils.translation import gettext as _
from oauth2_provider.models import AccessToken
from oauthlib.common import Request as OAuthRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.api.oauth import Validator
from accounts.models import ServiceAccount, User
from accounts.policy.actors import Actor, account_actor, actor_of


class ServiceAccountAuthentication(BaseAuthentication):
    """Checks a bearer token with the OAuth library; the request's `user` is then the service account."""

    def authenticate(self, request: Request) -> tuple[ServiceAccount, Any] | None:
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        # without the query: the library would refuse characters there that it has no use for
        asked = OAuthRequest(request.build_absolute_uri(request.path), http_method=request.method)
        if not Validator().validate_bearer_token(token.strip(), [], asked):
            told = getattr(asked, "oauth2_error", {}).get("error_description")
            raise AuthenticationFailed(told or _("The access token is invalid."))
        return cast(ServiceAccount, asked.client), asked.access_token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def api_actor(request: Request) -> Actor:
    """Return who calls; made once a request."""
    actor: Actor | None = getattr(request, "_api_actor", None)
    if actor is None:
        user: Any = request.user
        actor = account_actor(user) if isinstance(user, ServiceAccount) else actor_of(request._request).through("api")
        request._api_actor = actor  # type: ignore[attr-defined]  # the request carries it, as it carries its user
    return actor


class MayRead(BasePermission):
    """Lets in a person with a membership or seat in force, and a system whose account and token have the scope."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.user, (User, ServiceAccount)):
            return False
        if isinstance(request.auth, AccessToken) and "read" not in request.auth.scopes:
            self.message = _("This token does not have the scope “read”.")
            return False
        self.message = _("You need a membership, a seat or the scope “read”.")
        return api_actor(request).has_standing
