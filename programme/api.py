"""Areas, decisions and projects in the API."""

from django.db.models import Exists, OuterRef, QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers

from accounts.api.base import RecordFilter, ResourceSerializer, ScopedViewSet
from accounts.api.resources import NameToday
from accounts.models import Organisation
from common.api.columns import ChoiceColumn, ColumnSerializer, TextColumn
from common.api.filters import ChoicesFilter, since, until
from common.deadlines import Precision
from common.sides import Side
from programme.models import (
    AreaKind,
    Decision,
    DecisionKind,
    DecisionParty,
    Meeting,
    ParticipantRole,
    PriorityArea,
    Project,
    ProjectParticipant,
    SourceStanding,
)

PRECISIONS = [precision.value for precision in Precision]


class GroupSerializer(ColumnSerializer):
    """A joint working group and the organisation that leads it for each side."""

    code = serializers.CharField()
    name = TextColumn()
    lead_uz = serializers.CharField(source="lead_uz.code", help_text="Code of the organisation.")
    lead_kr = serializers.CharField(source="lead_kr.code", help_text="Code of the organisation.")
    unconfirmed = serializers.BooleanField(help_text="The press release does not name the leads.")


class AreaSerializer(ResourceSerializer):
    """An area of cooperation."""

    code = serializers.CharField()
    order = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=AreaKind.choices)
    name = TextColumn()
    paragraphs = serializers.ListField(
        child=serializers.IntegerField(), help_text="Of the press release of 14 June 2024."
    )
    iati_sector = serializers.CharField(help_text="Code of the DAC sector, or empty.")
    group = GroupSerializer()

    class Meta:
        model = PriorityArea


class AreaFilters(filters.FilterSet):
    kind = ChoicesFilter(choices=AreaKind.choices)


class AreaViewSet(ScopedViewSet):
    """The areas named at the summit of June 2024, with the working group of each."""

    path = "areas"
    columns = AreaSerializer
    filterset_class = AreaFilters
    lookup_field = "code"
    orderings = ("order", "code")


class DueSerializer(ColumnSerializer):
    """The last day of the period that the source names, and how precisely it names it."""

    due_on = serializers.DateField(allow_null=True)
    precision = ChoiceColumn(PRECISIONS, source="due_precision")
    text = serializers.CharField(source="when_text", help_text="The words of the source.")


class PartySerializer(ColumnSerializer):
    """An organisation that a decision names."""

    organisation = serializers.CharField(source="organisation.code")
    name = NameToday(source="organisation_id")
    side = serializers.ChoiceField(source="organisation.side", choices=Side.choices)
    funding = serializers.BooleanField(help_text="The organisation provides funding.")
    inferred = serializers.BooleanField(help_text="Not in the source; to be confirmed.")

    class Meta:
        model = DecisionParty


class DecisionSerializer(ResourceSerializer):
    """Something that a meeting decided, agreed, proposed or noted. Its date is not an agreed deadline."""

    code = serializers.CharField()
    meeting = serializers.CharField(source="meeting.code")
    area = serializers.CharField(source="area.code")
    kind = serializers.ChoiceField(choices=DecisionKind.choices)
    source_standing = serializers.ChoiceField(choices=SourceStanding.choices, help_text="Status in the press release.")
    title = TextColumn()
    paragraph = serializers.IntegerField(help_text="Of the meeting's record.")
    done_on = serializers.DateField(allow_null=True)
    regions = serializers.ListField(child=serializers.CharField(), help_text="ISO 3166-2 codes.")
    regions_inferred = serializers.BooleanField(help_text="The regions are not in the source.")
    project = serializers.CharField(source="project.code", allow_null=True)
    due = DueSerializer(source="*")
    parties = PartySerializer(many=True)

    class Meta:
        model = Decision


class DecisionFilters(filters.FilterSet):
    area = RecordFilter(PriorityArea, through="area")
    meeting = RecordFilter(Meeting, through="meeting")
    kind = ChoicesFilter(choices=DecisionKind.choices)
    source_standing = ChoicesFilter(choices=SourceStanding.choices)
    due_after = since("due_on")
    due_before = until("due_on")


class DecisionViewSet(ScopedViewSet):
    """What the meetings of both sides decided."""

    path = "decisions"
    columns = DecisionSerializer
    filterset_class = DecisionFilters
    lookup_field = "code"
    orderings = ("code", "due_on")


class ParticipantSerializer(ColumnSerializer):
    """An organisation that takes part in a project."""

    organisation = serializers.CharField(source="organisation.code")
    name = NameToday(source="organisation_id")
    side = serializers.ChoiceField(source="organisation.side", choices=Side.choices)
    role = serializers.ChoiceField(choices=ParticipantRole.choices)
    unconfirmed = serializers.BooleanField(help_text="Not in the press release; to be confirmed.")

    class Meta:
        model = ProjectParticipant


class ProjectSerializer(ResourceSerializer):
    """A joint project."""

    code = serializers.CharField()
    area = serializers.CharField(source="area.code")
    decision = serializers.CharField(source="decision.code", allow_null=True)
    title = TextColumn()
    summary = TextColumn(allow_null=True)
    regions = serializers.ListField(child=serializers.CharField(), help_text="ISO 3166-2 codes.")
    regions_inferred = serializers.BooleanField(help_text="The regions are not in the source.")
    participants = ParticipantSerializer(many=True)

    class Meta:
        model = Project


class ParticipantFilter(RecordFilter):
    def belonging(self, queryset: QuerySet[Project], keys: list[int]) -> QuerySet[Project]:
        return queryset.filter(Exists(ProjectParticipant.objects.filter(project=OuterRef("pk"), organisation__in=keys)))


class ProjectFilters(filters.FilterSet):
    area = RecordFilter(PriorityArea, through="area")
    organisation = ParticipantFilter(Organisation, through="participants")


class ProjectViewSet(ScopedViewSet):
    """The joint projects in which your organisation takes part or that it follows."""

    path = "projects"
    columns = ProjectSerializer
    filterset_class = ProjectFilters
    lookup_field = "code"
    orderings = ("code",)
