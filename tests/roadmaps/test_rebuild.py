"""The rows in force, read back, are the document that was signed: whatever versions came one after the other."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.policy.actors import system_actor
from audit.acting import acting
from common.deadlines import TO_BE_AGREED, Deadline, Precision
from common.text import Text
from roadmaps.document import content as agreed
from roadmaps.document.content import ExecutorContent, ExecutorRole, RoadMapContent
from roadmaps.document.hashing import content_hash
from roadmaps.models import Assignment, Measure, Milestone, Proposal, Revision, RoadMap, RoadMapVersion, Section
from roadmaps.services import content_of, differing
from roadmaps.services.projection import project_version
from tests.scenarios.history import assert_every_write_has_its_history

pytestmark = pytest.mark.django_db

LEAD, CO = ExecutorRole.LEAD, ExecutorRole.CO_EXECUTOR
ORGANISATIONS = {"UZ": ("minenergy", "miit", "mef"), "KR": ("motie", "msit", "moef")}


class Versions:
    """A road map whose versions are put into force as the second key does, without the ceremony of the keys."""

    def __init__(self) -> None:
        self.road_map = RoadMap.objects.get(reference="RM-07")
        self.proposal = Proposal.objects.get(road_map=self.road_map, number=1)
        self.act = system_actor("tests").act
        self.firsts: dict[UUID, date] = {}

    def adopt(self, content: RoadMapContent) -> RoadMapVersion:
        before = self.road_map.in_force()
        number = before.number + 1 if before else 1
        base = before.revision.content_hash if before else ""
        revision = Revision(
            proposal=self.proposal,
            number=number,
            reference=f"RM-07.P1.R{number}",
            content=content.to_json(),
            base_hash=base,
            content_hash=content_hash("RM-07", base or None, content, None),
            published_at=timezone.now(),
            published_by="tests",
            void_at=timezone.now(),
        )
        version = RoadMapVersion(road_map=self.road_map, number=number, revision=revision, in_force_at=timezone.now())
        with acting(self.act):
            revision.save()
            version.revision = revision
            version.save()
        project_version(version=version, act=self.act)
        return version

    def check(self, content: RoadMapContent) -> None:
        """The rows say what was signed, and each of their changes stands in their history."""
        assert content_of(self.road_map) == content
        assert differing(self.road_map) == frozenset()
        for _section, _measure, row in content.milestones():
            if row.deadline.due_on:
                self.firsts.setdefault(row.uid, row.deadline.due_on)
        originals = Milestone.objects.exclude(original_due_on=None).values_list("uid", "original_due_on")
        assert dict(originals) == self.firsts
        in_force = Measure.objects.filter(dropped_in=None)
        without_result = [row for _section, row in content.measures() if row.expected_result is None]
        # NULL, which a query finds, and not the JSON null
        assert in_force.filter(expected_result__isnull=True).count() == len(without_result)
        for model in (Section, Measure, Milestone, Assignment):
            assert_every_write_has_its_history(model)


@contextmanager
def undone() -> Iterator[None]:
    """Nothing of it stays: each example begins with the same tables."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


SECTIONS, MEASURES, MILESTONES = ([UUID(int=1000 * kind + n) for n in range(1, 6)] for kind in (1, 2, 3))
texts = st.sampled_from([Text.of("Gas"), Text.of("газ", "ru", ko="가스"), Text.of("Electricity", uz="Elektr")])
deadlines = st.sampled_from(
    [
        TO_BE_AGREED,
        Deadline(date(2027, 6, 30), Precision.DAY),
        Deadline(date(2027, 6, 30), Precision.QUARTER),
        Deadline(date(2028, 12, 31), Precision.YEAR),
        Deadline(date(2028, 2, 29), Precision.ANNUAL),
        Deadline(date(2026, 9, 26), Precision.CONTINUOUS, 6),
    ]
)


@st.composite
def executors(draw: st.DrawFn) -> tuple[ExecutorContent, ...]:
    """A lead of one side or of both, and any others: never none."""
    leads = draw(st.sampled_from([("UZ",), ("KR",), ("UZ", "KR")]))
    chosen = [draw(st.sampled_from(ORGANISATIONS[side])) for side in leads]
    others = [code for codes in ORGANISATIONS.values() for code in codes if code not in chosen]
    with_them = draw(st.lists(st.sampled_from(others), unique=True, max_size=3))
    parts = st.none() | texts
    order = draw(st.permutations(chosen + with_them))
    return tuple(ExecutorContent(code, LEAD if code in chosen else CO, draw(parts)) for code in order)


@st.composite
def documents(draw: st.DrawFn) -> RoadMapContent:
    """Any road map that can be signed, over a few identities: two drawn ones share rows in other places."""

    def some(uids: list[UUID]) -> list[UUID]:
        return draw(st.lists(st.sampled_from(uids), unique=True, min_size=1))

    def spread(uids: list[UUID], parents: list[UUID]) -> dict[UUID, list[UUID]]:
        where = [(draw(st.sampled_from(parents)), uid) for uid in uids]
        return {parent: [uid for at, uid in where if at == parent] for parent in parents}

    sections, steps = some(SECTIONS), some(MILESTONES)
    measures = some(MEASURES)
    in_section, in_measure = spread(measures, sections), spread(steps, measures)
    numbers = dict(zip(measures, draw(st.permutations(range(1, len(measures) + 1))), strict=True))

    def milestone(uid: UUID, number: int) -> agreed.MilestoneContent:
        project = draw(st.sampled_from([None, "D05"]))
        return agreed.MilestoneContent(uid, number, draw(texts), draw(deadlines), draw(executors()), project)

    def measure(uid: UUID) -> agreed.MeasureContent:
        below = in_measure[uid]
        order = draw(st.permutations(range(1, len(below) + 1)))
        organisation, text = draw(st.sampled_from([(None, None), ("miit", None), (None, Text.of("Own means"))]))
        return agreed.MeasureContent(
            uid=uid,
            number=numbers[uid],
            title=draw(texts),
            decision=draw(st.sampled_from([None, "D05"])),
            expected_result=draw(st.none() | texts),
            funding_organisation=organisation,
            funding_text=text,
            milestones=tuple(milestone(step, number) for step, number in zip(below, order, strict=True)),
        )

    return RoadMapContent(
        tuple(agreed.SectionContent(uid, draw(texts), tuple(map(measure, in_section[uid]))) for uid in sections),
        draw(st.none() | texts),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(sequence=st.lists(documents(), min_size=2, max_size=4))
def test_reading_the_rows_back_gives_the_content_that_was_signed(
    programme: None, sequence: Sequence[RoadMapContent]
) -> None:
    with undone():
        versions = Versions()
        assert content_of(versions.road_map) == RoadMapContent()
        for content in sequence:
            versions.adopt(content)
            versions.check(content)


def step(number: int, *organisations: str, leads: int = 2) -> agreed.MilestoneContent:
    """A milestone led by the first ``leads`` of ``organisations``."""
    roles = [LEAD] * leads + [CO] * (len(organisations) - leads)
    named = tuple(ExecutorContent(code, role) for code, role in zip(organisations, roles, strict=True))
    return agreed.MilestoneContent(MILESTONES[number - 1], number, Text.of("Gas"), TO_BE_AGREED, named)


def task(number: int, *steps: agreed.MilestoneContent, uid: int | None = None) -> agreed.MeasureContent:
    return agreed.MeasureContent(
        MEASURES[number - 1 if uid is None else uid], number, Text.of("Supply"), milestones=steps
    )


def chapters(*contents: tuple[agreed.MeasureContent, ...]) -> RoadMapContent:
    return RoadMapContent(
        tuple(agreed.SectionContent(SECTIONS[i], Text.of("Energy"), measures) for i, measures in enumerate(contents))
    )


ONE, TWO = step(1, "minenergy", "motie"), step(2, "miit", "msit")
PLAIN = chapters((task(1, ONE), task(2, TWO)), ())
SEQUENCES: dict[str, tuple[RoadMapContent, ...]] = {
    "a milestone goes to another measure and back": (PLAIN, chapters((task(1), task(2, TWO, ONE)), ()), PLAIN),
    "a measure goes to another section": (PLAIN, chapters((task(2, TWO),), (task(1, ONE),))),
    "the sections change places": (PLAIN, replace(PLAIN, sections=PLAIN.sections[::-1])),
    "two measures exchange their numbers": (PLAIN, chapters((task(2, ONE, uid=0), task(1, TWO, uid=1)), ())),
    "a measure is dropped, and returns": (PLAIN, chapters((task(1, ONE),), ()), PLAIN),
    "a section is dropped, its measure stays": (PLAIN, chapters((task(1, ONE), task(2, TWO)))),
    "lead and co-executor exchange their parts": (
        chapters((task(1, step(1, "minenergy", "motie", "miit")),)),
        chapters((task(1, step(1, "miit", "motie", "minenergy")),)),
    ),
    "a lead is replaced by a newcomer of its side": (
        chapters((task(1, step(1, "minenergy", "motie")),)),
        chapters((task(1, step(1, "miit", "motie")),)),
        chapters((task(1, step(1, "minenergy", "motie")),)),
    ),
    "a dropped lead returns while another led": (
        chapters((task(1, step(1, "minenergy", "motie", "miit")),)),
        chapters((task(1, step(1, "miit", "motie")),)),
        chapters((task(1, step(1, "minenergy", "motie", "miit")),)),
    ),
    "one side leads no more": (
        chapters((task(1, step(1, "minenergy", "motie")),)),
        chapters((task(1, step(1, "minenergy", "motie", leads=1)),)),
    ),
}


@pytest.mark.parametrize("what", SEQUENCES)
def test_rows_follow_where(what: str, programme: None) -> None:
    versions = Versions()
    for content in SEQUENCES[what]:
        versions.adopt(content)
        versions.check(content)


def test_what_did_not_change_gets_no_history_row(programme: None) -> None:
    versions = Versions()
    versions.adopt(PLAIN)
    before = Milestone.history.count(), Assignment.history.count()
    versions.adopt(chapters((task(1, replace(ONE, mechanism=Text.of("Oil"))), task(2, TWO)), ()))
    assert (Milestone.history.count(), Assignment.history.count()) == (before[0] + 1, before[1])


def test_a_row_changed_past_the_keys_is_found(programme: None) -> None:
    """What the nightly check rests on: by whichever door the table is written, the document in force says otherwise."""
    versions = Versions()
    versions.adopt(PLAIN)
    wrong: list[tuple[UUID, Callable[[], Any]]] = [
        (ONE.uid, lambda: Milestone.objects.filter(uid=ONE.uid).update(due_on=date(2030, 1, 1), precision="day")),
        (TWO.uid, lambda: Assignment.objects.filter(milestone__uid=TWO.uid, side="KR").update(role="co_executor")),
        (MEASURES[0], lambda: Measure.objects.filter(uid=MEASURES[0]).update(number=9)),
        (SECTIONS[1], lambda: Section.objects.filter(uid=SECTIONS[1]).update(title=Text.of("Other"))),
        (TWO.uid, lambda: Milestone.objects.filter(uid=TWO.uid).update(dropped_in=versions.road_map.in_force())),
    ]
    for uid, write in wrong:
        with undone():
            write()
            assert uid in differing(versions.road_map)
    assert differing(versions.road_map) == frozenset()


def test_reading_costs_the_same_for_any_number_of_rows(
    programme: None, django_assert_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    versions = Versions()
    for content in (PLAIN, many(40)):
        versions.adopt(content)
        with django_assert_num_queries(5):
            assert content_of(versions.road_map) == content


def many(count: int) -> RoadMapContent:
    steps = tuple(
        agreed.MilestoneContent(UUID(int=9000 + n), n, Text.of(f"Step {n}"), TO_BE_AGREED, ONE.executors)
        for n in range(1, count + 1)
    )
    return chapters((task(1, *steps),))
