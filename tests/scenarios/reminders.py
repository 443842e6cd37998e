"""The energy group's road map with deadlines of one's choice, people on both sides, and a sweep as the tasks do it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from django.utils import timezone

from accounts.models import Membership, Organisation, User
from accounts.policy.actors import system_actor
from accounts.services import save_record
from audit.acting import acting
from audit.services import save_audited
from common.deadlines import Deadline, Precision
from common.text import Text
from reminders.default_stages import ensure_stages
from reminders.services.delivery import deliver, dispatch
from reminders.services.planning import plan
from roadmaps.document.content import ExecutorContent, ExecutorRole, RoadMapContent
from roadmaps.models import Milestone, Proposal
from tests.scenarios import energy
from tests.scenarios.people import person, put_in_force

NOW = datetime(2026, 12, 2, 6, tzinfo=UTC)  # a Wednesday, after nine in both countries
SOON = date(2026, 12, 7)  # three working days on, in both
LONG_AGO = date(2026, 1, 1)

Step = tuple[Deadline, str]
"""A milestone's deadline, and the code of Uzbekistan's lead."""


def on(day: date) -> Deadline:
    return Deadline(day, Precision.DAY)


def set_up(*steps: Step, words: Sequence[Text] = ()) -> list[Milestone]:
    """RM-07 in force with these milestones, which MOTIE leads for Korea; the stages; nobody yet."""
    energy.set_up(steps=len(steps))
    for code in {code for _deadline, code in steps} - {"minenergy"}:
        with acting(system_actor("tests").act):
            Organisation(code=code, side="UZ", kind="company").save()
    proposal = Proposal.objects.get(road_map__reference="RM-07")
    proposal.content = _with(proposal.document, steps, words).to_json()
    save_audited(proposal, act=system_actor("tests").act)
    put_in_force("RM-07", party="minenergy")
    ensure_stages(by=system_actor("tests"))
    return list(Milestone.objects.order_by("number"))


def _with(content: RoadMapContent, steps: Sequence[Step], words: Sequence[Text]) -> RoadMapContent:
    section = content.sections[0]
    measure = section.measures[0]
    rows = tuple(
        replace(
            row,
            deadline=deadline,
            mechanism=words[place] if words else row.mechanism,
            executors=(ExecutorContent(code, ExecutorRole.LEAD), ExecutorContent("motie", ExecutorRole.LEAD)),
        )
        for place, (row, (deadline, code)) in enumerate(zip(measure.milestones, steps, strict=True))
    )
    return replace(content, sections=(replace(section, measures=(replace(measure, milestones=rows),)),))


def member(role: str, code: str, **columns: str) -> User:
    """Someone who has long been there."""
    user = person(role, code)
    Membership.objects.filter(user=user).update(valid_from=LONG_AGO)
    User.objects.filter(pk=user.pk).update(**columns)
    user.refresh_from_db()
    return user


def also_member(user: User, role: str, code: str) -> Membership:
    employer, today = Organisation.objects.get(code=code), timezone.localdate()
    row = Membership(user=user, organisation=employer, role=role, valid_from=today)
    save_record(row, by=system_actor("tests"))
    Membership.objects.filter(pk=row.pk).update(valid_from=LONG_AGO)
    return row


def end(membership: Membership) -> None:
    Membership.objects.filter(pk=membership.pk).update(valid_to=date(2026, 2, 1))


def move(milestone: Milestone, deadline: Deadline) -> None:
    """As the second key of another version writes it."""
    milestone.due_on, milestone.precision = deadline.due_on, deadline.precision or ""
    save_audited(milestone, act=system_actor("tests").act)


def give_out(now: datetime) -> list[list[int]]:
    """Plan and dispatch; what the workers would be given."""
    plan(now=now)
    chunks: list[list[int]] = []
    dispatch(now=now, enqueue=chunks.append)
    return chunks


def sweep(now: datetime) -> None:
    for ids in give_out(now):
        deliver(ids=ids, clock=lambda: now)
