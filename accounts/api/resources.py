"""The API's organisations, and the column that names an organisation in other resources."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from django.db.models import F, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.base import RecordFilter, ResourceSerializer, ScopedViewSet
from accounts.models import Organisation, OrganisationKind, OrganisationName
from common.api.columns import (
    Among,
    ColumnByKey,
    ColumnSerializer,
    Reader,
    TextColumn,
    TextInLanguages,
    as_json,
    text_for,
)
from common.api.filters import ChoicesFilter
from common.sides import Side


@extend_schema_field(TextInLanguages(allow_null=True))
class NameToday(ColumnByKey, serializers.Field[Any, Any, Any, Any]):
    """The name that an organisation has on the reader's day; ``source`` is its key."""

    def by_key(self, keys: set[int], reader: Reader) -> Mapping[int, Any]:
        in_words = text_for(reader)
        # the later name takes the place of the earlier one
        return {
            organisation: in_words(name)
            for organisation, name, valid_from in names_in_order().filter(Among("organisation", keys))
            if valid_from is None or valid_from <= reader.today
        }


@cache
def names_in_order() -> QuerySet[OrganisationName, tuple[int, str, date | None]]:
    """Return organisation, name and first day, oldest name first; the caller narrows the rows."""
    ordered = OrganisationName.objects.order_by(F("valid_from").asc(nulls_first=True))
    return ordered.values_list("organisation", as_json("name"), "valid_from")


class NameSerializer(ColumnSerializer):
    """A name and the day from which it is used; null for the first known name."""

    name = TextColumn()
    short = serializers.CharField(help_text="Abbreviation; empty where there is none.")
    valid_from = serializers.DateField(allow_null=True)
    unconfirmed = serializers.BooleanField(help_text="Not from an official source yet.")

    class Meta:
        model = OrganisationName


class OrganisationSerializer(ResourceSerializer):
    """An organisation of one side. Its code never changes."""

    code = serializers.CharField()
    side = serializers.ChoiceField(choices=Side.choices)
    kind = serializers.ChoiceField(choices=OrganisationKind.choices)
    parent = serializers.CharField(  # type: ignore[assignment]  # the metaclass takes it out of the class
        source="parent.code", allow_null=True, help_text="The organisation it answers to."
    )
    coordinator = serializers.BooleanField(help_text="Coordinates its side.")
    control_body = serializers.BooleanField(help_text="Controls its side.")
    iati = serializers.CharField(help_text="IATI organisation identifier; empty where there is none.")
    name = NameToday(source="id")
    names = NameSerializer(many=True, help_text="All its names, oldest first.")

    class Meta:
        model = Organisation


class OrganisationFilters(filters.FilterSet):
    side = ChoicesFilter(choices=Side.choices)
    kind = ChoicesFilter(choices=OrganisationKind.choices)
    parent = RecordFilter(Organisation, through="parent")


class OrganisationViewSet(ScopedViewSet):
    """The organisations of both sides, with their names over time."""

    path = "organisations"
    columns = OrganisationSerializer
    filterset_class = OrganisationFilters
    lookup_field = "code"
    orderings = ("code",)
