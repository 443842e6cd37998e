"""The part of my desk about the account: what it may do, its areas and its projects."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation, SeatRole, User
from accounts.policy.actors import Actor
from accounts.policy.questions import can, visible, who_can
from common.sides import Side
from desk.areas.selectors import AreaRow
from desk.roadmaps.selectors.summaries import RoadMapSummary
from desk.selectors import organisations, projects, visible_to
from programme.models import Project, ProjectParticipant


@dataclass(frozen=True)
class MyArea:
    """An area of the person, or one whose road map they can see; ``reasons`` say why, in words."""

    row: AreaRow
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class MyProject:
    """A project in which an own organisation, or one that answers to it, has a part."""

    project: Project
    parts: tuple[ProjectParticipant, ...]
    editable: bool


@dataclass(frozen=True)
class Ability:
    """Something this account may do; ``address`` is the page for it."""

    words: str
    address: str = ""


def my_projects(actor: Actor) -> list[MyProject]:
    own = actor.own_and_answering()
    parts = visible_to(actor, ProjectParticipant.objects.filter(organisation__in=own))
    parts = parts.prefetch_related(Prefetch("organisation", organisations(actor)))
    mine = projects(actor).filter(pk__in=parts.order_by().values("project"))
    editable = set(visible(actor, "project.edit", Project.objects.all()).values_list("pk", flat=True))
    return [
        MyProject(project, tuple(project.participants.all()), project.pk in editable)
        for project in mine.prefetch_related(Prefetch("participants", parts))
    ]


def my_areas(actor: Actor, rows: list[AreaRow], mine: list[MyProject]) -> list[MyArea]:
    """Return the areas of the person's seats, leads and projects, then the others whose road map they can see."""
    taking_part: dict[int, list[str]] = defaultdict(list)
    for entry in mine:
        taking_part[entry.project.area_id].append(entry.project.code)
    own = actor.own_and_answering()
    first, then = [], []
    for row in rows:
        reasons = [*_seats(actor, row), *_leads(row, own)]
        if codes := taking_part.get(row.area.pk):
            reasons.append(_("takes part in %(codes)s") % {"codes": ", ".join(codes)})
        if reasons:
            first.append(MyArea(row, tuple(capfirst(reason) for reason in reasons)))
        elif row.road_map:
            then.append(MyArea(row, (_other_reason(row.summary),)))
    return [*first, *then]


def _other_reason(summary: RoadMapSummary | None) -> str:
    """Return why the person sees a road map in which they have no seat, lead or project."""
    if summary is None or summary.whole:
        return _("Your organisation follows the whole programme")
    if not summary.milestones:
        return _("Your organisation had a part in an earlier version")
    words = ngettext("A part in %(count)d milestone", "A part in %(count)d milestones", summary.milestones)
    return words % {"count": summary.milestones}


def _seats(actor: Actor, row: AreaRow) -> Iterator[str]:
    for seat in actor.seats:
        if seat.group_id == row.area.group_id:
            yield _("you are %(seat)s") % {"seat": seat.get_role_display()}


def _leads(row: AreaRow, own: set[int]) -> Iterator[str]:
    for side in Side.values:
        lead = row.area.group.lead(side)
        if lead.pk in own:
            words = (
                _("%(organisation)s leads, to be confirmed")
                if row.area.group.unconfirmed
                else _("%(organisation)s leads")
            )
            yield words % {"organisation": lead.short_name}


def abilities(actor: Actor, mine: list[MyProject], rows: list[AreaRow]) -> list[Ability]:
    """Return what the account may do today, in words."""
    road_maps = sum(1 for row in rows if row.road_map)
    shown = sum(row.projects for row in rows)
    found = [
        Ability(
            _("Read the areas, decisions, organisations and figures of the whole programme."),
            reverse("desk:programme"),
        )
    ]
    if road_maps:
        seeing = ngettext("See %(count)d road map.", "See %(count)d road maps.", road_maps)
        found.append(Ability(seeing % {"count": road_maps}, reverse("desk:roadmaps")))
    if shown:
        seeing = ngettext("See %(count)d project.", "See %(count)d projects.", shown)
        found.append(Ability(seeing % {"count": shown}, reverse("admin:programme_project_changelist")))
    if codes := [entry.project.code for entry in mine if entry.editable]:
        words = {"codes": ", ".join(codes)}
        found.append(Ability(_("Keep the summaries of the projects that you lead up to date: %(codes)s.") % words))
    return [*found, *_agrees(actor), *_administers(actor)]


def _agrees(actor: Actor) -> Iterator[Ability]:
    """Yield what the seats and the role allow with proposals, forecasts and keys."""
    proposals = reverse("desk:proposals")
    for seat in actor.seats:
        named = {"group": seat.group}
        if seat.role == SeatRole.CO_CHAIR:
            yield Ability(_("Sign or refuse the proposals for %(group)s, for your side.") % named, proposals)
        elif seat.role == SeatRole.SECRETARY:
            yield Ability(_("Edit, publish and withdraw the proposals for %(group)s.") % named, proposals)
    if can(actor, "milestone.forecast"):
        yield Ability(_("Give forecasts for the milestones that your organisation leads."))
    if can(actor, "key.view"):
        words = _("Compare the enrolled keys with the list that your side keeps.")
        yield Ability(words, reverse("admin:accounts_enrolledkey_changelist"))


def _administers(actor: Actor) -> Iterator[Ability]:
    if can(actor, "organisation.edit"):
        kept = list(visible(actor, "organisation.edit", Organisation.objects.named()))
        name = kept[0].short_name if len(kept) == 1 else ""
        yield Ability(
            _("Keep the names of %(name)s up to date.") % {"name": name}
            if name
            else _("Keep the names of %(count)d organisations up to date.") % {"count": len(kept)},
            reverse("desk:organisation", args=[kept[0].code])
            if name
            else reverse("admin:accounts_organisation_changelist"),
        )
    if can(actor, "membership.manage"):
        words = _("Add people to your organisation, and end their memberships.")
        yield Ability(words, reverse("admin:accounts_user_changelist"))
    if can(actor, "service_account.manage"):
        words = _("Add service accounts for the systems of your organisation, and revoke them.")
        yield Ability(words, reverse("admin:accounts_serviceaccount_changelist"))
    if can(actor, "seat.manage"):
        words = _("Assign and end your side’s seats in the working groups.")
        yield Ability(words, reverse("admin:accounts_seat_changelist"))


def whom_to_ask(actor: Actor) -> list[User]:
    """Return the administrators of the coordinator of the person's side, found by the policy."""
    coordinator = Organisation.objects.filter(side=actor.side, coordinator=True).first()
    return list(who_can("organisation.edit", coordinator, actor=actor)) if coordinator else []
