"""Organisations, as partner systems read them; and the column by which other resources name one."""

from django.db.models import F, OuterRef, Subquery
from django.db.models.expressions import Combinable
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Organisation, OrganisationKind, OrganisationName
from accounts.scoped_api import RecordFilter, ScopedViewSet
from common.api.columns import Columns, Reader, TextColumn, TextInLanguages, as_json
from common.sides import Side


@extend_schema_field(TextInLanguages(allow_null=True))
class NameToday(TextColumn):
    """The name that an organisation has on the reader's day; ``source`` ends at the organisation."""

    column = "name"

    def expression(self, path: str, reader: Reader) -> Combinable:
        begun = OrganisationName.objects.filter(organisation=OuterRef(path)).exclude(valid_from__gt=reader.today)
        # the first name that is known has no day
        return Subquery(begun.order_by(F("valid_from").desc(nulls_last=True)).values_list(as_json("name"))[:1])


class NameColumns(Columns):
    """One name, from a day on; null: the first that is known."""

    name = TextColumn()
    short = serializers.CharField(help_text="Abbreviation; empty where there is none.")
    valid_from = serializers.DateField(allow_null=True)
    unconfirmed = serializers.BooleanField(help_text="Not from an official source yet.")

    class Meta:
        model = OrganisationName


class OrganisationColumns(Columns):
    """A body of one side. Its code never changes."""

    code = serializers.CharField()
    side = serializers.ChoiceField(choices=Side.choices)
    kind = serializers.ChoiceField(choices=OrganisationKind.choices)
    parent = serializers.CharField(  # type: ignore[assignment]  # the metaclass takes it out of the class
        source="parent.code", allow_null=True, help_text="The body it answers to."
    )
    coordinator = serializers.BooleanField(help_text="Coordinates its side.")
    control_body = serializers.BooleanField(help_text="Controls its side.")
    iati = serializers.CharField(help_text="IATI organisation identifier; empty where there is none.")
    name = NameToday(source="id")
    names = NameColumns(many=True, help_text="All it had, the first one first.")

    class Meta:
        model = Organisation


class OrganisationFilters(filters.FilterSet):
    side = filters.ChoiceFilter(choices=Side.choices)
    kind = filters.ChoiceFilter(choices=OrganisationKind.choices)
    parent = RecordFilter(Organisation, through="parent")


class OrganisationViewSet(ScopedViewSet):
    """The bodies of both sides, with the names they had and when."""

    columns = OrganisationColumns
    filterset_class = OrganisationFilters
    lookup_field = "code"
    orderings = ("code",)


RESOURCES: dict[str, type[ScopedViewSet]] = {"organisations": OrganisationViewSet}
