"""The programme with road maps in force, and every persona of the access matrix behind the door it comes through."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import cycle
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from django.db.models import Model, QuerySet
from django.test import Client
from django.utils import timezone

from accounts.models import Organisation, OrganisationName, ServiceAccount
from accounts.policy.access import access_of
from accounts.policy.actors import Actor, system_actor
from accounts.policy.questions import visible
from audit.acting import acting
from common.text import Text
from programme.models import Decision, Meeting, Project
from roadmaps.models import Measure, Milestone, Proposal, ProposalState, Revision, RoadMap, RoadMapVersion
from tests.scenarios.people import put_in_force
from tests.scenarios.personas import personas

Row = dict[str, Any]

COORDINATOR: Final = "head of motie"  # sees every shared record
SYSTEM: Final = "koica system"
NARROW: Final = "officer of kia"  # sees one road map, and two projects
WITHOUT_STANDING: Final = ("former member", "superuser", "outsider", "koica system without scope")
NOT_IN_FORCE: Final = ("RM-05", "RM-16")


@dataclass(frozen=True)
class World:
    actors: dict[str, Actor]
    clients: dict[str, Client]
    _seen: dict[tuple[str, type[Model]], set[int]] = field(default_factory=dict)

    @classmethod
    def make(cls) -> "World":
        for reference in RoadMap.objects.exclude(reference__in=NOT_IN_FORCE).values_list("reference", flat=True):
            put_in_force(reference, party="kia")
        with acting(system_actor("tests").act):
            _vary(timezone.localdate())
        actors = personas()
        return cls(actors, {who: client_of(actor) for who, actor in actors.items()})

    @property
    def standing(self) -> list[str]:
        return [who for who in self.actors if who not in WITHOUT_STANDING]

    def get(self, who: str, address: str, **asked: str) -> Any:
        return self.clients[who].get(address, asked)

    def pages(self, who: str, path: str, **asked: str) -> Iterator[list[Row]]:
        """Every page of a list, as a client walks it."""
        address: str | None = f"/api/v1/{path}/"
        while address:
            response = self.clients[who].get(address, asked)
            assert response.status_code == 200, (who, address, response.content)
            page = response.json()
            yield page["results"]
            address, asked = page["next"], {}

    def rows(self, who: str, path: str, **asked: str) -> list[Row]:
        return [row for page in self.pages(who, path, **asked) for row in page]

    def cursor(self, who: str, path: str, **asked: str) -> str:
        """Of the first page's `next`."""
        return cursor_in(self.get(who, f"/api/v1/{path}/", **{"page_size": "1", **asked}).json()["next"])

    def visible(self, who: str, rows: QuerySet[Any]) -> QuerySet[Any]:
        return visible(self.actors[who], access_of(rows.model).view, rows)

    def sees(self, who: str, record: Model) -> bool:
        """Asked once for all records of a table: for what a test does not change."""
        table = type(record)
        if (who, table) not in self._seen:
            self._seen[who, table] = set(self.visible(who, table._default_manager.all()).values_list("pk", flat=True))
        return record.pk in self._seen[who, table]


def cursor_in(address: str) -> str:
    return dict(parse_qsl(urlsplit(address).query))["cursor"]


def client_of(actor: Actor) -> Client:
    """A person by their session, a system by a token that it got with its secret."""
    client = Client()
    if actor.account:
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token_of(actor.account)}"
    elif actor.person:
        client.force_login(actor.person)
    return client


def token_of(account: ServiceAccount, **asked: str) -> str:
    answer = ask_token(basic(account.client_id, secret_of(account)), **asked)
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


def secret_of(account: ServiceAccount) -> str:
    """A new one, hashed by the save."""
    secret = account.client_secret = f"the secret of {account.name}"
    with acting(system_actor("tests").act):
        account.save()
    return secret


def basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{name}:{secret}'.encode()).decode()}"}


def ask_token(headers: dict[str, str], **asked: str) -> Any:
    client = Client(raise_request_exception=False)
    return client.post("/oauth/token/", {"grant_type": "client_credentials", **asked}, headers=headers)


def _vary(today: date) -> None:
    """Deadlines of every kind, equal and missing ones, forecasts, what is done, what was dropped, a second version."""
    near, past = today + timedelta(days=10), today - timedelta(days=40)
    deadlines: Iterator[tuple[date | None, str, int | None]] = cycle(
        [
            (near, "day", None),
            (None, "", None),
            (date(2099, 12, 31), "year", None),
            (past, "day", None),
            (past, "annual", None),
            (past, "continuous", 6),
            (date(2099, 12, 31), "half", None),
        ]
    )
    rows = list(Milestone.objects.order_by("pk").select_related("road_map"))
    for number, milestone in enumerate(rows):
        milestone.due_on, milestone.precision, milestone.review_every = next(deadlines)
        if number % 3 and milestone.due_on:
            milestone.original_due_on, milestone.original_precision = date(2025, 6, 30), "month"
        if number % 5 == 0:
            milestone.completed_on = past + timedelta(days=number)
        milestone.save()
        for assignment in milestone.assignments.all():
            assignment.forecast_on = near + timedelta(days=assignment.position) if number % 2 else None
            assignment.part = Text.of("Its part") if number % 4 == 0 else None
            assignment.save()
    _vary_measures()
    chemistry = [row for row in rows if row.road_map.reference == "RM-03"]
    chemistry[0].project = Project.objects.get(code="D14")  # of another area: its executors do not see it
    chemistry[0].save()
    second = _second_version("RM-03")
    engineering = next(row for row in rows if row.road_map.reference == "RM-04")
    left = engineering.assignments.get(organisation__code="uzavtosanoat")
    left.dropped_in, rows[-1].dropped_in = second, RoadMapVersion.objects.get(road_map=rows[-1].road_map)
    left.save()
    rows[-1].save()
    decision = Decision.objects.get(code="D38")
    decision.meeting = Meeting.objects.create(code="energy-1", kind="group", title=Text.of("One more"), held_on=past)
    decision.save()
    OrganisationName.objects.create(
        organisation=Organisation.objects.get(code="uzkimyosanoat"),
        name=Text.of("A name of tomorrow"),
        valid_from=today + timedelta(days=30),
    )


def _vary_measures() -> None:
    """Funded by an organisation, by what a text says, and by nobody; every other with an expected result."""
    funder = Organisation.objects.get(code="koica")
    for number, measure in enumerate(Measure.objects.order_by("pk")):
        measure.funding_organisation = funder if number % 3 == 0 else None
        measure.funding_text = Text.of("Own funds") if number % 3 == 1 else None
        measure.expected_result = Text.of("A result", ko="결과") if number % 2 else None
        measure.save()


def _second_version(reference: str) -> RoadMapVersion:
    now = timezone.now()
    first = RoadMapVersion.objects.get(road_map__reference=reference)
    proposal = Proposal.objects.create(
        road_map=first.road_map, number=2, state=ProposalState.IN_FORCE, content=first.revision.content, base=first
    )
    revision = Revision.objects.create(
        proposal=proposal,
        number=1,
        reference=f"{proposal.reference}.R1",
        content=proposal.content,
        content_hash="1" * 64,
        published_at=now,
        published_by="tests",
    )
    return RoadMapVersion.objects.create(
        road_map=first.road_map, number=2, revision=revision, in_force_at=now, illustrative=True
    )
