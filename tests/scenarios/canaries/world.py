"""Two groups and what each side keeps to itself: drafts, people, systems, keys, reminders, changes of credentials."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.utils import timezone

from accounts.models import (
    DayException,
    Membership,
    Organisation,
    OrganisationName,
    Seat,
    ServiceAccount,
    User,
    WorkingGroup,
)
from accounts.policy.actors import Actor, system_actor
from accounts.services import create_service_account, invite, save_person, save_record
from audit.acting import acting
from audit.services import record_event, save_audited
from common.deadlines import Deadline, Precision
from common.text import Text
from programme.models import (
    Decision,
    DecisionParty,
    Indicator,
    Meeting,
    Observation,
    PriorityArea,
    Project,
    ProjectParticipant,
)
from reminders.default_stages import ensure_stages
from roadmaps.document.content import (
    ExecutorContent,
    ExecutorRole,
    MeasureContent,
    MilestoneContent,
    RoadMapContent,
    SectionContent,
)
from roadmaps.models import Milestone, Proposal, ProposalState, Refusal, RoadMap, RoadMapVersion, Signature
from roadmaps.services import publish, reopen_proposal, save_content, set_forecast, start_proposal, withdraw_proposal
from roadmaps.services.projection import project_version
from tests.scenarios.people import RAW, actor_for
from tests.scenarios.signing import passkey

ORGANISATIONS = {
    # code: side, and what it is for its side
    "miit": ("UZ", "coordinator"),
    "control-uz": ("UZ", "control_body"),
    "minenergy": ("UZ", ""),
    "mintrans": ("UZ", ""),
    "uzkimyo": ("UZ", ""),
    "motie": ("KR", "coordinator"),
    "control-kr": ("KR", "control_body"),
    "kepco": ("KR", ""),
    "kia": ("KR", ""),
}
LEADS = {"energy": ("minenergy", "kepco"), "chemistry": ("uzkimyo", "kia")}
WORDS = "Words"  # until each text has its own
PART_OF = "mintrans"  # named in one milestone of energy, and nowhere else
LONG_AGO = date(2026, 1, 5)
RECENT = timezone.localdate() - timedelta(days=10)
LATER = timezone.localdate() + timedelta(days=200)


@dataclass(frozen=True)
class Part:
    """One milestone of a measure: who carries it out, by when, in which project."""

    executors: tuple[str, ...]
    due_on: date
    project: str | None = None


CONTENTS = {
    "energy": (Part(("minenergy", "kepco", PART_OF), RECENT, "D1"), Part(("minenergy", "kepco"), LATER)),
    "chemistry": (Part(("uzkimyo", "kia"), RECENT, "D2"),),
}


class World:
    """Everybody by what they are, and the acts through the ordinary services."""

    def __init__(self) -> None:
        with acting(system_actor("tests").act):
            self._records()
        self.people: dict[str, User] = {}
        self._people()
        ensure_stages(by=system_actor("tests"))
        for group in LEADS:
            self._in_force(group)
        for side in ("UZ", "KR"):
            self.private(side)
        self._shared()
        self._other_acts()

    # -- what both sides read

    def _records(self) -> None:
        for code, (side, part) in ORGANISATIONS.items():
            row = Organisation(code=code, side=side, kind="ministry", **({part: True} if part else {}))
            row.save()
            OrganisationName(organisation=row, name=Text.of(code), short=code).save()
        meeting = Meeting(
            code="summit", kind="summit", title=Text.of("Summit"), held_on=date(2024, 6, 14), record=WORDS
        )
        meeting.save()
        for number, (group, leads) in enumerate(LEADS.items(), start=1):
            self._area(group, number, [Organisation.objects.get(code=code) for code in leads], meeting)
        indicator = Indicator(code="I1", title=Text.of("Trade"), unit="USD")
        indicator.save()
        Observation(indicator=indicator, meeting=meeting, paragraph=1, value=1, year=2025).save()
        for side in ("UZ", "KR"):
            DayException(side=side, day=LATER, kind="day_off", note=WORDS).save()

    def _area(self, code: str, number: int, leads: list[Organisation], meeting: Meeting) -> None:
        group = WorkingGroup(code=code, name=Text.of(code), lead_uz=leads[0], lead_kr=leads[1])
        group.save()
        area = PriorityArea(code=code, order=number, kind="anchor", name=Text.of(code), group=group)
        area.save()
        shared: dict[str, Any] = {"code": f"D{number}", "area": area, "title": Text.of(WORDS)}
        decision = Decision(meeting=meeting, kind="project", source_standing="agreed", paragraph=1, **shared)
        decision.save()
        DecisionParty(decision=decision, organisation=leads[0]).save()
        project = Project(decision=decision, summary=Text.of(WORDS), **shared)
        project.save()
        for lead in leads:
            ProjectParticipant(project=project, organisation=lead, role="lead").save()
        RoadMap(reference=f"RM-0{number}", group=group).save()

    # -- who is there

    def _people(self) -> None:
        for side, roles in {
            "UZ": ("auditor miit", "administrator miit", "officer minenergy", "officer mintrans", "officer uzkimyo"),
            "KR": ("auditor motie", "administrator motie", "officer kepco", "head kia", "reader kepco"),
        }.items():
            for words in roles:
                role, code = words.split()
                self.member(role, code)
            lead = LEADS["energy"][side == "KR"]
            gone = self.member("head", lead, name=f"gone {side}")
            Membership.objects.filter(user=gone).update(valid_to=LONG_AGO + timedelta(days=9))
            for name in ("secretary", "co_chair"):
                self.seat(name, side, "energy", of=self.people.get("reader kepco") if name == "co_chair" else None)
            self.credentials(self.people[f"co_chair {side}"])
            self.account(LEADS["energy"][side == "KR"])
        self.account("kia")

    def member(self, role: str, code: str, name: str = "") -> User:
        organisation = Organisation.objects.get(code=code)
        today = timezone.localdate()
        name, by = name or f"{role} {code}", system_actor("tests")
        email = f"{name.replace(' ', '.')}@example.invalid"
        row = invite(email=email, name=name, organisation=organisation, role=role, valid_from=today, by=by)
        Membership.objects.filter(pk=row.pk).update(valid_from=LONG_AGO)
        self.people[name] = row.user
        return row.user

    def seat(self, role: str, side: str, group: str, of: User | None) -> User:
        name = f"{role} {side}"
        if of is None or of.side != side:
            of = User(email=f"{name.replace(' ', '.')}@example.invalid", name=name, side=side)
            with acting(system_actor("tests").act):
                of.save()
            EmailAddress.objects.create(user=of, email=of.email, verified=True, primary=True)
        sits = Seat(user=of, group=WorkingGroup.objects.get(code=group), role=role, valid_from=timezone.localdate())
        save_record(sits, by=system_actor("tests"))
        Seat.objects.filter(pk=sits.pk).update(valid_from=LONG_AGO)
        self.people[name] = of
        return of

    def credentials(self, user: User) -> None:
        """A passkey with its public key on the list, a session, and another address, which is told by email."""
        passkey(user)
        UserSession.objects.create(user=user, ip="10.0.0.1", session_key=uuid4().hex, user_agent=WORDS)
        user.refresh_from_db()
        user.email = f"new.{user.email}"
        save_person(user, by=system_actor("tests"))

    def account(self, code: str) -> ServiceAccount:
        organisation = Organisation.objects.get(code=code)
        by = system_actor("tests")
        return create_service_account(organisation=organisation, name=code, scopes=["read"], by=by).account

    def by(self, name: str) -> Actor:
        return actor_for(self.people[name]).because(f"-{name}")

    # -- what they write

    def _in_force(self, group: str) -> None:
        """Drafted on Uzbekistan's layer, published, refused and reopened, then signed by both and withdrawn once."""
        road_map, now = RoadMap.objects.get(group__code=group), timezone.now()
        proposal = Proposal(road_map=road_map, number=1, layer="UZ", content=content_of(group).to_json())
        proposal.author, proposal.reason = road_map.group.lead_uz, Text.of(WORDS)
        save_audited(proposal, act=self.by("officer minenergy").act)
        secretary = self.by("secretary UZ") if group == "energy" else system_actor("tests")
        first = publish(proposal=proposal, by=secretary, now=now)
        with acting(self.by("co_chair KR").act):
            Refusal(revision=first, side="KR", refused_by=WORDS, refused_at=now, reason=WORDS).save()
        proposal = reopen_proposal(proposal=proposal, by=secretary, now=now)
        text = publish(proposal=proposal, by=secretary, now=now)
        version = RoadMapVersion(road_map=road_map, number=1, revision=text, in_force_at=now)
        proposal.refresh_from_db()
        proposal.state = ProposalState.IN_FORCE
        with acting(secretary.act):
            for number, side in enumerate(("UZ", "KR", "KR")):
                at, gone = now - timedelta(minutes=number), now if number == 2 else None
                columns = {"signer_id": 0, "signer_name": WORDS, "seat": WORDS, "passkey_name": WORDS, "sign_count": 0}
                raw = dict.fromkeys(RAW, b"-")
                Signature(revision=text, side=side, issued_at=at, withdrawn_at=gone, **columns, **raw).save()
            proposal.save()
            version.save()
        project_version(version=version, act=secretary.act)

    def private(self, side: str) -> None:
        """What a side keeps to itself: of each group an open draft and one that was withdrawn."""
        for group, leads in LEADS.items():
            author = leads[side == "KR"]
            by = self.by(f"secretary {side}") if group == "energy" else self.by(WRITERS[author])
            self.draft(group, side, author, by)
            withdrawn = self.draft(group, side, author, by)
            withdraw_proposal(proposal=withdrawn, by=system_actor("tests"), now=timezone.now())

    def draft(self, group: str, layer: str, author: str | None, by: Actor) -> Proposal:
        road_map = RoadMap.objects.get(group__code=group)
        organisation = Organisation.objects.get(code=author) if author else None
        draft = start_proposal(road_map=road_map, layer=layer, author=organisation, by=by)
        changed = replace(draft.document, note=Text.of(f"note {draft.pk}"))
        return save_content(proposal=draft, content=changed, reason=Text.of(WORDS), based_on=draft.row_version, by=by)

    def _shared(self) -> None:
        """A shared draft, and a proposal that Korea drafted on its own layer and then published."""
        self.draft("energy", "shared", None, self.by("secretary UZ"))
        drafted = self.draft("energy", "KR", "kepco", self.by("secretary KR"))
        publish(proposal=drafted, by=self.by("secretary KR"), now=timezone.now())

    def _other_acts(self) -> None:
        """Forecasts of both leads, other names, and what was tried in vain: signed by people of both sides."""
        for name in ("officer minenergy", "officer kepco"):
            code = name.split()[1]
            row = Milestone.objects.order_by("pk")[0].assignments.get(organisation__code=code)
            set_forecast(assignment=row, forecast_on=LATER, reason=WORDS, based_on=row.row_version, by=self.by(name))
        for code, name in (("minenergy", "administrator miit"), ("kepco", "administrator motie")):
            renamed = OrganisationName.objects.get(organisation__code=code)
            renamed.short = WORDS
            save_record(renamed, by=self.by(name))
        for side, name in (("UZ", "officer minenergy"), ("KR", "officer kepco"), ("shared", "secretary UZ")):
            record_event(kind="refused", act=self.by(name).act, subject=WORDS, layer=side, tried=WORDS)


WRITERS = {"uzkimyo": "officer uzkimyo", "kia": "head kia"}


def content_of(group: str) -> RoadMapContent:
    """One measure for each milestone, in one section."""
    measures = tuple(_measure(number, part) for number, part in enumerate(CONTENTS[group], start=1))
    return RoadMapContent((SectionContent(uuid4(), Text.of(WORDS), measures),), note=Text.of(WORDS))


def _measure(number: int, part: Part) -> MeasureContent:
    executors = tuple(
        ExecutorContent(code, ExecutorRole.CO_EXECUTOR if code == PART_OF else ExecutorRole.LEAD, Text.of(WORDS))
        for code in part.executors
    )
    due = Deadline(part.due_on, Precision.DAY)
    step = MilestoneContent(uuid4(), 1, Text.of(WORDS), due, executors, part.project)
    funding: dict[str, Any] = {"expected_result": Text.of(WORDS), "funding_text": Text.of(WORDS)}
    return MeasureContent(uuid4(), number, Text.of(WORDS), f"D{number}", milestones=(step,), **funding)
