"""The addresses of the API: every registered resource, the schema, and the token endpoint."""

from django.urls import include, path, re_path
from django.utils.module_loading import autodiscover_modules
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from accounts.api.about import IndexView, MeView
from accounts.api.base import RESOURCES
from accounts.api.oauth import SystemTokenView
from common.api.problems import not_found

__all__ = ["RESOURCES", "urlpatterns"]

# importing the API of every app puts its classes into RESOURCES
autodiscover_modules("api", "api.resources")

router = SimpleRouter()
for name in sorted(RESOURCES):
    router.register(name, RESOURCES[name], basename=name)

# the description is open to all: it holds nothing that the published schema file does not
description = SpectacularAPIView.as_view(permission_classes=[], authentication_classes=[])
page = SpectacularSwaggerSplitView.as_view(url_name="api:schema", permission_classes=[], authentication_classes=[])

v1 = [
    path("", IndexView.as_view(), name="index"),
    path("me/", MeView.as_view(), name="me"),
    path("schema/", description, name="schema"),
    *router.urls,
]
urlpatterns = [
    path("oauth/token/", SystemTokenView.as_view(), name="token"),
    # a redirect would lose what was posted
    path("oauth/token", SystemTokenView.as_view(), name="token-without-slash"),
    path("api/v1/", include((v1, "api"))),
    path("api/docs/", page, name="api-docs"),
    # with its slash only: what lacks one is sent on to the address that has it
    re_path(r"^api/([\s\S]*/)?\Z", not_found),
]
