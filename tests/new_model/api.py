from django_filters import rest_framework as filters
from rest_framework import serializers

from accounts.api.base import RecordFilter, ResourceSerializer, ScopedViewSet
from accounts.models import Organisation
from tests.new_model.models import Visit


class VisitSerializer(ResourceSerializer):
    """A visit of a delegation."""

    code = serializers.CharField()
    title = serializers.CharField()
    organisation = serializers.CharField(source="organisation.code")

    class Meta:
        model = Visit


class VisitFilters(filters.FilterSet):
    organisation = RecordFilter(Organisation, through="organisation")


class VisitViewSet(ScopedViewSet):
    """The visits in which the reader's organisation takes part."""

    path = "visits"
    columns = VisitSerializer
    filterset_class = VisitFilters
    lookup_field = "code"
    orderings = ("code",)
