"""The base of every resource of the API: it shows callers only what the policy allows."""

from typing import Any, ClassVar, Final, cast

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page
from django.views.decorators.vary import vary_on_headers
from django_filters import rest_framework as filters
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.auth import MayRead, ServiceAccountAuthentication, api_actor
from accounts.policy.access import UNDECLARED, access_of
from accounts.policy.actors import Actor
from accounts.policy.permissions import EVERYBODY, PERMISSIONS
from accounts.policy.questions import visible
from common.api.columns import ColumnSerializer, Reader, json_rows, select_columns
from common.api.filters import COMMON, StrictFilterBackend, refuse_unknown
from common.api.keyset import KeysetPagination
from common.language import LANGUAGES


class ServiceAccountScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """Describes in the schema that a token is needed."""

    target_class = ServiceAccountAuthentication
    name = "serviceAccount"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        scopes = {"read": str(settings.OAUTH2_PROVIDER["SCOPES"]["read"])}
        return {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/oauth/token/", "scopes": scopes}}}

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        return {self.name: ["read"]}


# every resource by its path, filled by the classes themselves
RESOURCES: Final[dict[str, type["ScopedViewSet"]]] = {}


@method_decorator(
    [gzip_page, conditional_page, cache_control(private=True, no_cache=True), vary_on_headers("Authorization")],
    name="dispatch",
)
class ScopedViewSet(GenericViewSet[Any]):
    """Lists and shows what ``access.view`` shows; anything else is a 404.

    A subclass with a ``path`` is in `RESOURCES` by itself, and so has its address, its contract and its query budget.

    - ``path``: its address under ``/api/v1/``.
    - ``columns``: what a row is; its table is the resource.
    - ``orderings``: columns of it that may order a list, each indexed with the key; the first is the usual one.
    - ``lookup_field``: the key that partners know, and ``lookup_value_regex`` its form.
    """

    path: ClassVar[str] = ""
    columns: ClassVar[type[ColumnSerializer]]
    orderings: ClassVar[tuple[str, ...]] = ("pk",)
    authentication_classes = [ServiceAccountAuthentication, SessionAuthentication]
    permission_classes = [MayRead]
    filter_backends = [StrictFilterBackend]
    pagination_class = KeysetPagination
    lookup_value_regex = "[-A-Za-z0-9]+"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.path:
            RESOURCES[cls.path] = cls

    def get_serializer_class(self) -> type[ColumnSerializer]:
        """Return the columns, for the schema."""
        return self.columns

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows that the reader may see, with the columns selected."""
        rows = select_columns(self.columns, ("pk",), open_to_all)
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        return visible(self.actor, access_of(rows.model).view, rows)

    @property
    def actor(self) -> Actor:
        return api_actor(self.request)

    def list(self, request: Request) -> Response:
        found = self.filter_queryset(self.get_queryset())
        pages = cast(KeysetPagination, self.paginator)
        return pages.page(self.columns, found, self.orderings, request, self.reader())

    def retrieve(self, request: Request, **key: str) -> Response:
        refuse_unknown(request, [*COMMON])
        found = self.get_queryset().filter(**{self.lookup_field: key[self.lookup_field]})
        rows = json_rows(self.columns, list(found), self.reader())
        if not rows:
            raise NotFound(_("Not found."))
        return Response(rows[0])

    def reader(self) -> Reader:
        actor = self.actor
        return Reader(
            scope=lambda rows: visible(actor, access_of(rows.model).view, rows),
            is_open=open_to_all,
            today=actor.today,
            language=self._language(),
        )

    def _language(self) -> str | None:
        language = self.request.query_params.get("lang")
        if language is not None and language not in LANGUAGES:
            raise ValidationError({"lang": _("Write one of %(names)s.") % {"names": ", ".join(LANGUAGES)}})
        return language


class RecordFilter(filters.CharFilter):
    """Narrows a list to what belongs to one record that the reader may see, named by its key.

    ``through`` is the lookup from the list's table to the record.
    """

    def __init__(self, model: type[Model], *, key: str = "code", through: str, **kwargs: Any) -> None:
        self.table, self.key, self.through = model, key, through
        kwargs.setdefault("label", f"{capfirst(str(model._meta.verbose_name))}, by its {key}.")
        super().__init__(max_length=60, **kwargs)

    def filter(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Raises: ValidationError where there is none: a misspelt key would look like an empty list."""
        if not value:
            return queryset
        actor = api_actor(self.parent.request)
        candidates = self.table._default_manager.filter(**{self.key: value})
        found = visible(actor, access_of(self.table).view, candidates).values_list("pk", flat=True).first()
        if found is None:
            raise ValidationError({self.field_name: _("There is no “%(key)s” that you can see.") % {"key": value}})
        return self.belonging(queryset, found)

    def belonging(self, queryset: QuerySet[Any], pk: int) -> QuerySet[Any]:
        return queryset.filter(**{self.through: pk})


def open_to_all(model: type[Model]) -> bool:
    """Return whether every reader sees every row of the model."""
    access = access_of(model)
    narrowed = access is UNDECLARED or access.layer or access.own_side
    return not narrowed and PERMISSIONS[access.view] is EVERYBODY
