"""Road maps and milestones, as partner systems read them. Nothing here signs: only people do.

The columns of a milestone, its measure and its executors are in two places: the fields of the document that
`roadmaps.document.fields` marks as ``exported``, and those that the serializers here declare (status, forecast, ...).
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar, Final, cast

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django_filters import rest_framework as filters
from rest_framework import serializers

from accounts.api.auth import api_actor
from accounts.api.base import RecordFilter, ResourceSerializer, ScopedViewSet
from accounts.api.resources import NameToday
from accounts.models import Organisation
from common.api.columns import ChoiceColumn, Column, ColumnByKey, ColumnSerializer, Reader, Row, TextColumn
from common.api.filters import ChoicesFilter, YesNoFilter, since, until
from common.deadlines import REPEATED, Deadline, Precision
from common.sides import Side
from programme.models import Decision, PriorityArea, Project
from roadmaps.document.fields import CODE_KINDS, FIELDS, DocumentField, FieldKind, RowKind
from roadmaps.milestone_status import MilestoneStatus, due_status
from roadmaps.models import Assignment, AssignmentRole, Milestone, RoadMap, RoadMapVersion

PRECISIONS = [precision.value for precision in Precision]


class OfVersion(Column):
    """A column of the version in force; ``source`` ends at the road map. Null before version 1."""

    column: ClassVar[str]

    def expression(self, path: str) -> Combinable:
        versions = RoadMapVersion.objects.filter(road_map=OuterRef(path)).order_by("-number")
        return Subquery(versions.values(self.column)[:1])


class VersionNumber(OfVersion, serializers.IntegerField):
    column = "number"


class InForceAt(OfVersion, serializers.DateTimeField):
    column = "in_force_at"


class ContentHash(OfVersion, serializers.CharField):
    column = "revision__content_hash"


class Illustrative(OfVersion, serializers.BooleanField):
    column = "illustrative"


class VersionSerializer(ColumnSerializer):
    """The version in force. Its hash is what both sides signed."""

    number = VersionNumber(source="id")
    in_force_at = InForceAt(source="id")
    content_hash = ContentHash(source="id", help_text="SHA-256 of the canonical document, in hexadecimal.")
    illustrative = Illustrative(source="id", help_text="A sample: nothing of it was agreed.")


class NumberOfVersion(ColumnByKey, serializers.IntegerField):
    """By key, as few rows have one: most pages need not look."""

    def by_key(self, keys: set[int], reader: Reader) -> Mapping[int, Any]:
        return dict(RoadMapVersion.objects.filter(pk__in=keys).values_list("pk", "number"))


class RoadMapSerializer(ResourceSerializer):
    """The road map of one working group. ``version`` is null until both sides have signed the first."""

    reference = serializers.CharField()
    group = serializers.CharField(source="group.code")
    area = serializers.CharField(source="group.area.code")
    name = TextColumn(source="group.name")
    lead_uz = serializers.CharField(source="group.lead_uz.code", help_text="Code of the organisation.")
    lead_kr = serializers.CharField(source="group.lead_kr.code", help_text="Code of the organisation.")
    version = VersionSerializer(source="*", allow_null=True)

    class Meta:
        model = RoadMap


class RoadMapFilters(filters.FilterSet):
    area = RecordFilter(PriorityArea, through="group__area")
    in_force = YesNoFilter(method="with_version", label="Whether a version is in force.")

    def with_version(self, queryset: QuerySet[RoadMap], name: str, value: bool) -> QuerySet[RoadMap]:
        versions = Exists(RoadMapVersion.objects.filter(road_map=OuterRef("pk")))
        return queryset.filter(versions if value else ~versions)


class RoadMapViewSet(ScopedViewSet):
    """The road maps in which the reader's organisation has a part, or that it follows."""

    path = "road-maps"
    columns = RoadMapSerializer
    filterset_class = RoadMapFilters
    lookup_field = "reference"
    orderings = ("reference",)


class RowSerializer(ColumnSerializer):
    """A row of the document: what the table of fields exports, then what the class declares."""

    row_kind: ClassVar[RowKind]

    def get_fields(self) -> dict[str, Any]:
        exported = {field.exported: _column(field) for field in FIELDS[self.row_kind] if field.exported}
        declared = super().get_fields()
        return {**{name: declared[name] for name in ("uid",) if name in declared}, **exported, **declared}


_PLAIN_COLUMNS: Final[dict[FieldKind, type[serializers.Field[Any, Any, Any, Any]]]] = {
    FieldKind.TEXT: TextColumn,
    FieldKind.NUMBER: serializers.IntegerField,
    FieldKind.DAY: serializers.DateField,
}


def _column(field: DocumentField) -> serializers.Field[Any, Any, Any, Any]:
    """Return the column of one field, by its kind."""
    match field.kind:
        case FieldKind.DEADLINE:
            return AgreedSerializer(source="*")
        case FieldKind.EXECUTORS:
            return ExecutorSerializer(source="assignments", many=True)
        case FieldKind.ROLE:
            return serializers.ChoiceField(choices=AssignmentRole.choices)
    options: dict[str, Any] = {"help_text": field.description} if field.description else {}
    if not field.required:
        options["allow_null"] = True
    if field.kind in CODE_KINDS:
        return serializers.CharField(source=f"{field.name}.code", **options)
    if field.name != field.exported:
        options["source"] = field.name
    return _PLAIN_COLUMNS[field.kind](**options)


class SectionSerializer(RowSerializer):
    """The section of the road map that a milestone stands in."""

    row_kind = RowKind.SECTION

    uid = serializers.UUIDField()


class MeasureSerializer(RowSerializer):
    """The measure that a milestone carries out."""

    row_kind = RowKind.MEASURE

    uid = serializers.UUIDField()


class AgreedSerializer(ColumnSerializer):
    """The deadline in force: the last day on which it is met, and how exactly it was agreed. All null: to be agreed."""

    due_on = serializers.DateField(allow_null=True)
    precision = ChoiceColumn(PRECISIONS)
    review_every = serializers.IntegerField(allow_null=True, help_text="Months, of a continuous deadline.")


class FirstAgreedSerializer(ColumnSerializer):
    """The first deadline that both sides agreed; it never changes."""

    due_on = serializers.DateField(source="original_due_on", allow_null=True)
    precision = ChoiceColumn(PRECISIONS, source="original_precision")


class ExecutorSerializer(RowSerializer):
    """One organisation's part in a milestone, and the day its lead expects."""

    row_kind = RowKind.EXECUTOR

    name = NameToday(source="organisation_id")
    side = serializers.ChoiceField(choices=Side.choices)

    class Meta:
        model = Assignment

    @classmethod
    def rows(cls, queryset: QuerySet[Assignment]) -> QuerySet[Assignment]:
        return queryset.filter(dropped_in=None).order_by("position", "pk")


class MilestoneSerializer(RowSerializer, ResourceSerializer):
    """One milestone with its four dates: first agreed, agreed now, forecast, completed. They are days, not moments."""

    row_kind = RowKind.MILESTONE  # its fields with ``exported`` in `roadmaps.document.fields` are columns here too

    # whoever sees a milestone sees its road map, and who carries it out
    implied = ("road_map", "measure", "dropped_in", "assignments")
    computed = (*ResourceSerializer.computed, "label", "forecast_on", "status")

    uid = serializers.UUIDField()
    road_map = serializers.CharField(source="road_map.reference")
    area = serializers.CharField(source="road_map.group.area.code")
    dropped_in = NumberOfVersion(
        source="dropped_in_id", allow_null=True, help_text="The version that no longer has it."
    )
    illustrative = Illustrative(source="road_map", help_text="A sample: nothing of it was agreed.")
    label = serializers.CharField(  # type: ignore[assignment]  # the metaclass takes it out of the class
        help_text="As printed: the numbers of its measure and its own, such as 1.2."
    )
    section = SectionSerializer(source="measure.section")
    measure = MeasureSerializer()
    first_agreed = FirstAgreedSerializer(source="*")
    forecast_on = serializers.DateField(allow_null=True, help_text="The latest of its executors'.")
    status = serializers.ChoiceField(choices=[status.name.lower() for status in MilestoneStatus], help_text="Today.")

    class Meta:
        model = Milestone

    @classmethod
    def finish(cls, row: Row, reader: Reader) -> None:
        super().finish(row, reader)
        row["label"] = f"{row['measure']['number']}.{row['number']}"
        expected = [executor["forecast_on"] for executor in row["executors"] if executor["forecast_on"]]
        row["forecast_on"] = max(expected, default=None)
        row["status"] = _status(
            **row["agreed"], forecast_on=row["forecast_on"], completed_on=row["completed_on"], today=reader.today
        )


@lru_cache(maxsize=4096)
def _status(
    *,
    due_on: date | None,
    precision: str | None,
    review_every: int | None,
    forecast_on: date | None,
    completed_on: date | None,
    today: date,
) -> str:
    """As `roadmaps.milestone_status.due_status`, cached: a third of the deadlines of a table may be one day."""
    deadline = Deadline(due_on, Precision(precision) if precision else None, review_every)
    found = due_status(deadline, forecast_on=forecast_on, completed_on=completed_on, today=today)
    return found.status.name.lower()


class LeadFilter(RecordFilter):
    def belonging(self, queryset: QuerySet[Milestone], keys: list[int]) -> QuerySet[Milestone]:
        return with_executor(queryset, organisation__in=keys, role=AssignmentRole.LEAD)


def with_executor(queryset: QuerySet[Milestone], **of_one: Any) -> QuerySet[Milestone]:
    """Return the milestones of which one executor has all these values."""
    return queryset.filter(Exists(Assignment.objects.filter(milestone=OuterRef("pk"), dropped_in=None, **of_one)))


class MilestoneFilters(filters.FilterSet):
    """``organisation``, ``role`` and ``side`` hold of one executor together."""

    road_map = RecordFilter(RoadMap, key="reference", through="road_map")
    area = RecordFilter(PriorityArea, through="road_map__group__area")
    lead = LeadFilter(Organisation, through="assignments", label="Lead, by its code.")
    organisation = RecordFilter(
        Organisation, through="assignments", method="of_one_executor", label="Lead or co-executor, by its code."
    )
    role = ChoicesFilter(
        choices=AssignmentRole.choices, method="of_one_executor", label="Role of the organisation, or of any executor."
    )
    side = ChoicesFilter(
        choices=Side.choices, method="of_one_executor", label="Side of the executor that the other filters name."
    )
    project = RecordFilter(Project, through="project")
    decision = RecordFilter(Decision, through="measure__decision")
    due_after = since("due_on")
    due_before = until("due_on")
    precision = ChoicesFilter(choices=[(value, value) for value in PRECISIONS])
    completed = YesNoFilter("completed_on", "isnull", exclude=True, label="Whether it is done.")
    overdue = YesNoFilter(method="late", label="Whether its deadline is past and it is not done.")
    illustrative = YesNoFilter(method="sample", label="Whether it is a sample, which nobody agreed.")
    in_force = YesNoFilter(
        "dropped_in",
        "isnull",
        label="True, unless told: those of the version in force. False: those that were dropped.",
    )

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        queryset = cast("QuerySet[Any]", super().filter_queryset(queryset))
        asked = {name: self.form.cleaned_data[name] for name in ("organisation", "role", "side")}
        of_one = {f"{name}__in": values for name, values in asked.items() if values}
        if codes := asked["organisation"]:
            of_one["organisation__in"] = self.filters["organisation"].found(codes)
        return with_executor(queryset, **of_one) if of_one else queryset

    def of_one_executor(self, queryset: QuerySet[Any], name: str, values: Any) -> QuerySet[Any]:
        """Leave it to `filter_queryset`, which asks for all of them in one executor."""
        return queryset

    def late(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Narrow as `due_status` does: what is repeated has its next date always before it."""
        late = Q(completed_on=None, due_on__lt=api_actor(self.request).today) & ~Q(precision__in=REPEATED)
        return queryset.filter(late) if value else queryset.exclude(late)

    def sample(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        found: QuerySet[Any] = queryset.annotate(sample=Illustrative().expression("road_map")).filter(sample=value)
        return found


class MilestoneViewSet(ScopedViewSet):
    """What was promised, by when, by whom. Without a filter: all in force that the reader's organisation may see."""

    path = "milestones"
    columns = MilestoneSerializer
    filterset_class = MilestoneFilters
    lookup_field = "uid"
    orderings = ("due_on", "original_due_on", "completed_on")
    lookup_value_regex = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found: QuerySet[Any] = super().filter_queryset(queryset)
        return found if "in_force" in self.request.query_params else found.filter(dropped_in=None)
