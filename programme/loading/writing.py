"""The programme's records, floor by floor: organisations, groups and areas, the summit, its decisions and figures."""

from collections.abc import Iterator
from typing import Final

from accounts.models import Organisation, OrganisationName, WorkingGroup
from common.deadlines import FIRST_POSSIBLE
from common.text import Text
from programme.loading.records import Loading, Ref, Row
from programme.loading.values import DecisionEntry, Programme
from programme.models import (
    Decision,
    DecisionParty,
    Indicator,
    Meeting,
    MeetingKind,
    Observation,
    ParticipantRole,
    PriorityArea,
    Project,
    ProjectParticipant,
)

SUMMIT: Final = "summit-2024"
TITLE: Final = Text.of(
    "Summit of the Republic of Uzbekistan and the Republic of Korea",
    uz="Oʻzbekiston Respublikasi va Koreya Respublikasi sammiti",
    ru="Саммит Республики Узбекистан и Республики Корея",
    ko="우즈베키스탄공화국·대한민국 정상회담",
)


def write_programme(programme: Programme, loading: Loading) -> None:
    """Each table after the ones that its records name. Raises: LoadError."""
    decisions = [decision for decision in programme.decisions if decision.is_project]
    loading.bring_in_line(Organisation, ["code"], list(_organisations(programme)))
    loading.bring_in_line(OrganisationName, ["organisation", "valid_from"], list(_names(programme)), removes=True)
    loading.bring_in_line(WorkingGroup, ["code"], list(_groups(programme)))
    loading.bring_in_line(PriorityArea, ["code"], list(_areas(programme)))
    loading.bring_in_line(Meeting, ["code"], [_summit(programme)])
    loading.bring_in_line(Decision, ["code"], list(_decisions(programme)))
    loading.bring_in_line(DecisionParty, ["decision", "organisation"], list(_parties(programme)), removes=True)
    loading.bring_in_line(Project, ["code"], [_project(decision) for decision in decisions])
    participants = [row for decision in decisions for row in _participants(programme, decision)]
    loading.bring_in_line(ProjectParticipant, ["project", "organisation"], participants, removes=True)
    loading.bring_in_line(Indicator, ["code"], list(_indicators(programme)))
    loading.bring_in_line(Observation, ["indicator", "meeting"], list(_observations(programme)), removes=True)


def _organisations(programme: Programme) -> Iterator[Row]:
    for entry in programme.organisations:
        values = {
            "side": entry.side.value,
            "kind": entry.kind.value,
            "parent": Ref(Organisation, entry.parent) if entry.parent else None,
            "coordinator": entry.coordinator,
            "control_body": entry.control_body,
            "iati": entry.iati,
            "named_in": entry.named_in,
            "note": entry.note,
        }
        yield Row(entry.code, (entry.code,), values)


def _names(programme: Programme) -> Iterator[Row]:
    """The first name begins on no day that is known; each later one on its decree's."""
    for entry in programme.organisations:
        organisation, called = Ref(Organisation, entry.code), f"Organisation {entry.code}"
        first = {"name": entry.name, "short": entry.short, "unconfirmed": False}
        yield Row(entry.code, (organisation, None), first, called=called)
        for later in entry.renamed:
            values = {"name": later.name, "short": later.short, "unconfirmed": later.confirm}
            key, from_day = (organisation, later.valid_from), f"from {later.valid_from}"
            yield Row(f"{entry.code} {from_day}", key, values, called=f"{called} {from_day}")


def _groups(programme: Programme) -> Iterator[Row]:
    """One a area, with its code and name."""
    for area in programme.areas:
        values = {
            "name": area.name,
            "lead_uz": Ref(Organisation, area.leads.uz),
            "lead_kr": Ref(Organisation, area.leads.kr),
            "unconfirmed": area.confirm,
        }
        yield Row(area.code, (area.code,), values)


def _areas(programme: Programme) -> Iterator[Row]:
    for area in programme.areas:
        values = {
            "order": area.order,
            "kind": area.kind.value,
            "name": area.name,
            "group": Ref(WorkingGroup, area.code),
            "paragraphs": list(area.paragraphs),
            "iati_sector": area.iati_sector or "",
        }
        yield Row(area.code, (area.code,), values)


def _summit(programme: Programme) -> Row:
    """The meeting of 14 June 2024; its record is the release, one paragraph a line."""
    values = {
        "kind": MeetingKind.SUMMIT.value,
        "title": TITLE,
        "held_on": FIRST_POSSIBLE,
        "record": "\n".join(programme.paragraphs),
        "record_language": "en",
    }
    return Row(SUMMIT, (SUMMIT,), values)


def _decisions(programme: Programme) -> Iterator[Row]:
    for decision in programme.decisions:
        when = decision.when
        values = {
            "meeting": Ref(Meeting, SUMMIT),
            "area": Ref(PriorityArea, decision.area),
            "kind": decision.kind.value,
            "source_standing": decision.standing.value,
            "title": decision.title,
            "paragraph": decision.paragraph,
            "when_text": when.text if when else "",
            "due_on": decision.deadline.due_on,
            "due_precision": decision.deadline.precision.value if decision.deadline.precision else "",
            "done_on": when.done if when else None,
            **_regions(decision),
        }
        yield Row(decision.code, (decision.code,), values)


def _regions(decision: DecisionEntry) -> dict[str, object]:
    return {"regions": list(decision.all_regions), "regions_inferred": decision.inferred.region is not None}


def _parties(programme: Programme) -> Iterator[Row]:
    for decision in programme.decisions:
        for party in decision.parties:
            key = (Ref(Decision, decision.code), Ref(Organisation, party.organisation))
            values = {"inferred": party.inferred, "funding": party.funding}
            yield Row(f"{decision.code} {party.organisation}", key, values)


def _project(decision: DecisionEntry) -> Row:
    values = {
        "area": Ref(PriorityArea, decision.area),
        "decision": Ref(Decision, decision.code),
        "title": decision.title,
        **_regions(decision),
    }
    return Row(decision.code, (decision.code,), values)


def _participants(programme: Programme, decision: DecisionEntry) -> Iterator[Row]:
    """The area's leads lead; others take part or fund. Each stands once, and a lead is not listed again."""
    area = programme.area_of(decision)
    parts = {party.organisation: (_role(party.funding), party.inferred) for party in decision.parties}
    parts |= dict.fromkeys(area.leads.both, (ParticipantRole.LEAD, area.confirm))
    for organisation, (role, unconfirmed) in parts.items():
        key = (Ref(Project, decision.code), Ref(Organisation, organisation))
        values = {"role": role.value, "unconfirmed": unconfirmed}
        yield Row(f"{decision.code} {organisation}", key, values)


def _role(funding: bool) -> ParticipantRole:
    return ParticipantRole.FUNDING if funding else ParticipantRole.PARTICIPANT


def _indicators(programme: Programme) -> Iterator[Row]:
    for figure in programme.figures:
        yield Row(figure.code, (figure.code,), {"title": figure.title, "unit": figure.unit})


def _observations(programme: Programme) -> Iterator[Row]:
    """What the summit said of each figure."""
    for figure in programme.figures:
        values = {
            "paragraph": figure.paragraph,
            "value": figure.value,
            "comparison": figure.comparison.value,
            "as_of": figure.as_of,
            "year": figure.period,
        }
        yield Row(figure.code, (Ref(Indicator, figure.code), Ref(Meeting, SUMMIT)), values)
