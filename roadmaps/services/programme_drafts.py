"""The programme's own drafts: each area's road map with what the press release says, and no more."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.db import transaction

from accounts.models import WorkingGroup
from accounts.policy.actors import Actor
from common.language import LANGUAGES
from common.sides import Layer
from common.text import Text
from programme.loading import AreaEntry, DecisionEntry, Loading, Programme, Ref, Row, read_programme, write_programme
from programme.models import SourceStanding
from roadmaps.document.content import (
    ExecutorContent,
    ExecutorRole,
    MeasureContent,
    MilestoneContent,
    RoadMapContent,
    SectionContent,
)
from roadmaps.document.identity import identity
from roadmaps.models import Proposal, RoadMap

_NOTHING: Final = {
    "en": "The press release of 14 June 2024 names nothing in this area that is still to be carried out{}.",
    "uz": "2024-yil 14-iyundagi press-relizda bu yoʻnalishda bajarilishi kerak boʻlgan chora nomlanmagan{}.",
    "ru": "Пресс-релиз от 14 июня 2024 г. не называет по этому направлению того, что ещё предстоит выполнить{}.",
    "ko": "2024년 6월 14일 보도자료는 이 분야에서 앞으로 이행할 사항을 명시하지 않았다{}.",
}
_CONSIDERED: Final = {
    "en": "; it says only that proposals were considered (paragraph {})",
    "uz": "; unda faqat takliflar koʻrib chiqilgani aytilgan ({}-xatboshi)",
    "ru": "; в нём сказано лишь, что предложения были рассмотрены (абзац {})",
    "ko": "(제{}단락: 제안을 검토하였다고만 언급)",
}


@transaction.atomic
def load_programme(*, directory: Path, by: Actor) -> Loading:
    """Bring the records in line with the files in ``directory``: all of it, or nothing.

    Raises: LoadError, naming file, entry and field.
    """
    programme = read_programme(directory)
    loading = Loading(by)
    write_programme(programme, loading)
    write_drafts(programme, loading)
    return loading


def write_drafts(programme: Programme, loading: Loading) -> None:
    """Write a road map for each group, and its first proposal: on the shared layer, without an author."""
    # a reference is printed and signed: a later change of the area's order leaves it
    maps = [
        Row(area.code, (Ref(WorkingGroup, area.code),), {}, once={"reference": area.road_map})
        for area in programme.areas
    ]
    loading.bring_in_line(RoadMap, ["group"], maps)
    drafts = [
        Row(
            area.code,
            (Ref(RoadMap, area.code), Layer.SHARED.value, 1),
            {"content": draft(area, programme.decisions_of(area)).to_json()},
        )
        for area in programme.areas
    ]
    loading.bring_in_line(Proposal, ["road_map", "layer", "number"], drafts)


def draft(area: AreaEntry, decisions: tuple[DecisionEntry, ...]) -> RoadMapContent:
    """Return one section named after the area: a measure with one milestone for each decision to be carried out."""
    measures = tuple(_measures(area, decisions))
    if not measures:
        return RoadMapContent(note=_why_empty(decisions))
    return RoadMapContent((SectionContent(identity("section", area.code), area.name, measures),))


def _measures(area: AreaEntry, decisions: tuple[DecisionEntry, ...]) -> Iterator[MeasureContent]:
    open_ones = [decision for decision in decisions if decision.to_carry_out]
    for number, decision in enumerate(open_ones, start=1):
        milestone = MilestoneContent(
            uid=identity("milestone", decision.code),
            number=1,
            mechanism=decision.title,
            deadline=decision.deadline,
            executors=_executors(area, decision),
            project=decision.code if decision.is_project else None,
        )
        yield MeasureContent(
            uid=identity("measure", decision.code),
            number=number,
            title=decision.title,
            decision=decision.code,
            funding_organisation=decision.funding,
            milestones=(milestone,),
        )


def _executors(area: AreaEntry, decision: DecisionEntry) -> tuple[ExecutorContent, ...]:
    """Return the area's leads, then the other parties of the decision."""
    others = [party.organisation for party in decision.parties if party.organisation not in area.leads.both]
    return (
        *(ExecutorContent(code, ExecutorRole.LEAD) for code in area.leads.both),
        *(ExecutorContent(code, ExecutorRole.CO_EXECUTOR) for code in others),
    )


def _why_empty(decisions: tuple[DecisionEntry, ...]) -> Text:
    """Return the note of an empty draft.

    Press release, paragraph 36: "Specific proposals were also considered in the areas of ...".
    """
    paragraphs = sorted({decision.paragraph for decision in decisions})
    only_considered = decisions and all(decision.standing == SourceStanding.CONSIDERED for decision in decisions)
    numbers = ", ".join(map(str, paragraphs))
    added = {language: _CONSIDERED[language].format(numbers) if only_considered else "" for language in LANGUAGES}
    return Text("en", tuple((language, _NOTHING[language].format(added[language])) for language in LANGUAGES))
