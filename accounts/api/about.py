"""What a partner system asks first: which resources there are, and what it may do itself."""

from typing import Any, cast

from django.conf import settings
from drf_spectacular.utils import extend_schema
from oauth2_provider.models import AccessToken
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.auth import MayRead, ServiceAccountAuthentication, api_actor
from accounts.api.base import RESOURCES
from accounts.api.throttles import AccountThrottle, AddressThrottle
from common.api.filters import refuse_unknown
from common.sides import Side


class AboutView(APIView):
    """Answers one object about the API itself, to whoever may read.

    ``serializer_class`` describes the object.
    """

    authentication_classes = [ServiceAccountAuthentication, SessionAuthentication]
    permission_classes = [MayRead]
    throttle_classes = [AccountThrottle, AddressThrottle]

    def get(self, request: Request) -> Response:
        refuse_unknown(request, [])
        return Response(self.answer(request), headers={"Cache-Control": "private, no-cache"})

    def answer(self, request: Request) -> dict[str, Any]:
        raise NotImplementedError


class IndexSerializer(serializers.Serializer[Any]):
    """The address of each resource, by its name."""

    resources = serializers.DictField(child=serializers.URLField())
    me = serializers.URLField(help_text="Who you are here.")
    documentation = serializers.URLField(help_text="For people.")
    schema = serializers.URLField(help_text="OpenAPI 3.1.")


@extend_schema(summary="The resources")
class IndexView(AboutView):
    """The resources, and where they are described."""

    serializer_class = IndexSerializer

    def answer(self, request: Request) -> dict[str, Any]:
        at = f"{settings.ORIGIN}/api/v1/"
        return {
            "resources": {name: f"{at}{name}/" for name in sorted(RESOURCES)},
            "me": f"{at}me/",
            "documentation": f"{settings.ORIGIN}/api/docs/",
            "schema": f"{at}schema/",
        }


class MeSerializer(serializers.Serializer[Any]):
    """Who asks. A signed-in person has no scopes and no token."""

    name = serializers.CharField()
    side = serializers.ChoiceField(choices=Side.choices)
    organisation = serializers.CharField(allow_null=True, help_text="Code of the organisation that a system acts for.")
    scopes = serializers.ListField(child=serializers.CharField(), help_text="Of the token.")
    expires_at = serializers.DateTimeField(allow_null=True, help_text="When the token ends.")


@extend_schema(summary="Who you are here")
class MeView(AboutView):
    """The account, its organisation, and what its token allows until when."""

    serializer_class = MeSerializer

    def answer(self, request: Request) -> dict[str, Any]:
        actor, token = api_actor(request), cast(AccessToken | None, request.auth)
        return {
            "name": actor.act.actor_name,
            "side": actor.side,
            "organisation": actor.account.organisation.code if actor.account else None,
            "scopes": token.scope.split() if token else [],
            "expires_at": token.expires if token else None,
        }
