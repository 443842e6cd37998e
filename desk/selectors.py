"""Querysets narrowed to what the actor may see, with what a page prints at hand: no query for a row."""

from typing import Any, TypeVar

from django.db.models import Model, Prefetch, QuerySet
from django.http import Http404

from accounts.models import Organisation, WorkingGroup
from accounts.policy.access import access_of
from accounts.policy.actors import Actor
from accounts.policy.questions import visible
from programme.models import Decision, Meeting, MeetingKind, PriorityArea, Project

M = TypeVar("M", bound=Model)


def visible_to(actor: Actor, queryset: QuerySet[M, Any]) -> QuerySet[M, Any]:
    """Return the records of ``queryset`` that the actor may see, by the view permission of its model."""
    return visible(actor, access_of(queryset.model).view, queryset)


def visible_or_404(actor: Actor, queryset: QuerySet[M, Any], **lookup: str) -> M:
    """Return the record at ``lookup``; one that the actor may not see is not found.

    Raises: Http404.
    """
    # PostgreSQL takes no NUL byte, not even in a comparison
    record: M | None = (
        None if "\x00" in "".join(lookup.values()) else visible_to(actor, queryset).filter(**lookup).first()
    )
    if record is None:
        raise Http404
    return record


def organisations(actor: Actor) -> QuerySet[Organisation, Any]:
    return visible_to(actor, Organisation.objects.named())


def groups(actor: Actor) -> QuerySet[WorkingGroup, Any]:
    """Return the visible groups with both leads."""
    leads = (Prefetch("lead_uz", organisations(actor)), Prefetch("lead_kr", organisations(actor)))
    return visible_to(actor, WorkingGroup.objects.prefetch_related(*leads))


def areas(actor: Actor) -> QuerySet[PriorityArea, Any]:
    """Return the visible areas with their group and its leads."""
    return visible_to(actor, PriorityArea.objects.prefetch_related(Prefetch("group", groups(actor))))


def projects(actor: Actor) -> QuerySet[Project, Any]:
    """Return the visible projects with area and decision."""
    area = Prefetch("area", visible_to(actor, PriorityArea.objects.all()))
    decision = Prefetch("decision", visible_to(actor, Decision.objects.all()))
    return visible_to(actor, Project.objects.prefetch_related(area, decision))


def summit(actor: Actor) -> Meeting | None:
    """Return the meeting whose record is the press release."""
    return visible_to(actor, Meeting.objects.filter(kind=MeetingKind.SUMMIT)).order_by("held_on").first()
