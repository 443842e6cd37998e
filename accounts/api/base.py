"""The base of every resource of the API: it shows callers only what the policy allows."""

from functools import cache
from typing import Any, ClassVar, Final, cast
from uuid import UUID

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
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.auth import MayRead, ServiceAccountAuthentication, api_actor
from accounts.api.throttles import AccountThrottle, AddressThrottle
from accounts.policy.access import UNDECLARED, access_of
from accounts.policy.actors import Actor
from accounts.policy.permissions import EVERYBODY, PERMISSIONS
from accounts.policy.questions import visible
from common.api.columns import ColumnSerializer, Reader, Row, json_rows, select_columns
from common.api.filters import COMMON, MOST_VALUES, StrictFilterBackend, refuse_unknown
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


class ResourceSerializer(ColumnSerializer):
    """The columns of a resource: those of its rows, and where each row is found."""

    path: ClassVar[str]  # both set by the resource
    key: ClassVar[str]
    computed: ClassVar[tuple[str, ...]] = ("url", "html_url")

    url = serializers.URLField(help_text="Its address in this API.")
    html_url = serializers.URLField(allow_null=True, help_text="Its page for people; null where it has none.")

    @classmethod
    def finish(cls, row: Row, reader: Reader) -> None:
        key = str(row[cls.key])
        page = page_around(cls.table(), cls.key)
        row["url"] = f"{settings.ORIGIN}/api/v1/{cls.path}/{key}/"
        row["html_url"] = settings.ORIGIN + key.join(page) if page else None


@cache
def page_around(table: type[Model], key: str) -> list[str]:
    """Return what stands before and after the key in the address of a record's page; nothing where it has none.

    It is made once, not for each row.
    """
    sample = str(UUID(int=0))
    address = getattr(table(**{key: sample}), "get_absolute_url", None)
    return str(address()).split(sample) if address else []


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
    columns: ClassVar[type[ResourceSerializer]]
    orderings: ClassVar[tuple[str, ...]] = ("pk",)
    authentication_classes = [ServiceAccountAuthentication, SessionAuthentication]
    permission_classes = [MayRead]
    throttle_classes = [AccountThrottle, AddressThrottle]
    filter_backends = [StrictFilterBackend]
    pagination_class = KeysetPagination
    lookup_value_regex = "[-A-Za-z0-9]+"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.path:
            RESOURCES[cls.path] = cls
            cls.columns.path, cls.columns.key = cls.path, cls.lookup_field

    def get_serializer_class(self) -> type[ResourceSerializer]:
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


class RecordFilter(filters.BaseInFilter, filters.CharFilter):
    """Narrows a list to what belongs to records that the reader may see, named by their keys with commas between.

    ``through`` is the lookup from the list's table to the record.
    """

    def __init__(self, model: type[Model], *, key: str = "code", through: str, **kwargs: Any) -> None:
        self.table, self.key, self.through = model, key, through
        kwargs.setdefault("label", f"{capfirst(str(model._meta.verbose_name))}, by its {key}.")
        super().__init__(max_length=60, **kwargs)

    def filter(self, queryset: QuerySet[Any], value: list[str] | None) -> QuerySet[Any]:
        """Raises: ValidationError for a key of none: a misspelt key would look like an empty list."""
        return self.belonging(queryset, self.found(value)) if value else queryset

    def found(self, keys: list[str]) -> list[int]:
        """Return the primary keys of the records. Raises: ValidationError."""
        if len(keys) > MOST_VALUES:
            raise ValidationError({self.field_name: _("Write at most %(most)d values.") % {"most": MOST_VALUES}})
        candidates = self.table._default_manager.filter(**{f"{self.key}__in": keys})
        seen = visible(api_actor(self.parent.request), access_of(self.table).view, candidates)
        found = dict(seen.values_list(self.key, "pk"))
        for key in keys:
            if key not in found:
                raise ValidationError({self.field_name: _("There is no “%(key)s” that you can see.") % {"key": key}})
        return list(found.values())

    def belonging(self, queryset: QuerySet[Any], keys: list[int]) -> QuerySet[Any]:
        return queryset.filter(**{f"{self.through}__in": keys})


def open_to_all(model: type[Model]) -> bool:
    """Return whether every reader sees every row of the model."""
    access = access_of(model)
    narrowed = access is UNDECLARED or access.layer or access.own_side
    return not narrowed and PERMISSIONS[access.view] is EVERYBODY
