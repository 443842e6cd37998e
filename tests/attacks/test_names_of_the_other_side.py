"""Nobody reads the names of the other side's people, but of holders of seats: on no page, in no error, in no count."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, OrganisationName, Seat, User, WorkingGroup
from accounts.policy.actors import system_actor
from accounts.policy.naming import actor_of_row, mention, named
from accounts.services import invite, save_record
from roadmaps.models import Milestone
from roadmaps.services import set_forecast
from tests.scenarios.pages import html_of
from tests.scenarios.people import actor_for, former_member, loner, person, put_in_force, seat, service_account
from tests.scenarios.reminders import on, set_up
from tests.scenarios.screens import admin_pages

pytestmark = pytest.mark.django_db


def canary(role: str, code: str, name: str) -> User:
    return invite(
        email=f"{name.lower()}@example.invalid",
        name=name,
        organisation=Organisation.objects.get(code=code),
        role=role,
        valid_from=timezone.localdate(),
        by=system_actor("tests"),
    ).user


def office(role: str, code: str) -> str:
    return f"{role}, {Organisation.objects.get(code=code).short_name}"


class World:
    """A road map in force on which both sides have worked."""

    def __init__(self) -> None:
        self.hidden = {
            "UZ": [
                canary("officer", "uzkimyosanoat", "Qanoatjon"),
                canary("administrator", "miit", "Qalandarbek"),
                canary("head", "minenergy", "Qudratilla"),
            ],
            "KR": [
                canary("officer", "motie", "Kanghyun"),
                canary("administrator", "motie", "Kyongsook"),
                canary("head", "kia", "Kiheung"),
            ],
        }
        self.seated = {"UZ": canary("officer", "minenergy", "Qobiljon"), "KR": canary("head", "motie", "Keumja")}
        group = WorkingGroup.objects.get(code="chemistry")
        for side, role in (("UZ", "secretary"), ("KR", "secretary")):
            by = actor_for(self.hidden[side][1]).because("Appointed.")
            save_record(Seat(user=self.seated[side], group=group, role=role, valid_from=by.today), by=by)
        put_in_force("RM-03", party="kia")
        self.milestone = Milestone.objects.filter(road_map__reference="RM-03")[0]
        self.forecast()
        self.rename()
        self.readers = {
            "UZ": [person("auditor", "miit"), person("officer", "uzkimyosanoat"), self.seated["UZ"]],
            "KR": [person("auditor", "motie"), person("reader", "motie"), self.seated["KR"]],
        }

    def forecast(self) -> None:
        lead = self.milestone.assignments.get(side="UZ", role="lead")
        set_forecast(
            assignment=lead,
            forecast_on=timezone.localdate() + timedelta(days=90),
            reason="Later.",
            based_on=lead.row_version,
            by=actor_for(self.hidden["UZ"][0]),
        )

    def rename(self) -> None:
        """Each side's coordinator's administrator changes a record that both sides read."""
        for side, code in (("UZ", "minenergy"), ("KR", "kia")):
            name = OrganisationName.objects.filter(organisation__code=code)[0]
            name.short = f"{code}!"
            save_record(name, by=actor_for(self.hidden[side][1]).because("By decree."))

    def addresses(self) -> Iterator[str]:
        yield from ("/", "/areas/", "/areas/chemistry/", "/road-maps/", "/road-maps/RM-03/", "/proposals/RM-03.P1/")
        yield from ("/organisations/minenergy/", "/organisations/kia/", "/search/?q=Q", "/search/?q=Kiheung")
        yield from ("/reminders/", "/reminders/to-come/", "/reminders/dry-run/", "/proposals/RM-07.P1/")
        yield f"/milestones/{self.milestone.uid}/"
        yield "/proposals/RM-03.P1/publish/"
        yield from admin_pages()
        for record in (
            *OrganisationName.objects.filter(organisation__code__in=("kia", "minenergy")),
            *Seat.objects.all(),
        ):
            for view in ("change", "history"):
                yield reverse(f"admin:accounts_{record._meta.model_name}_{view}", args=[record.pk])


@pytest.fixture
def world(programme: None) -> World:
    return World()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("side", ["UZ", "KR"])
def test_no_page_names_the_other_sides_people(world: World, side: str) -> None:
    other = {"UZ": "KR", "KR": "UZ"}[side]
    words = [word for user in world.hidden[other] for word in (user.name, user.email)]
    read = ""
    for reader in world.readers[side]:
        client = client_of(reader)
        for address in world.addresses():
            response = client.get(address)
            assert response.status_code < 500, address
            read = html_of(response) if response.status_code != 302 else response["Location"]
            assert not [word for word in words if word in read and f"q={word}" not in address], (reader, address)
    # the holders of seats are named, to both
    seats = client_of(world.readers[side][0]).get(reverse("admin:accounts_seat_changelist"))
    assert world.seated[other].name in html_of(seats)


def test_history_names_the_own_side_by_name_and_others_by_their_office(world: World) -> None:
    address = f"/milestones/{world.milestone.uid}/"
    assert "Qanoatjon" in html_of(client_of(world.readers["UZ"][0]).get(address))
    theirs = html_of(client_of(world.readers["KR"][0]).get(address))
    assert "officer, " in theirs and "Qanoatjon" not in theirs
    row = Seat.objects.get(user=world.seated["UZ"])
    history = reverse("admin:accounts_seat_history", args=[row.pk])
    assert client_of(world.readers["UZ"][0]).get(history).context["entries"][0].who == "Qalandarbek"
    assert client_of(world.readers["KR"][0]).get(history).context["entries"][0].who == office("administrator", "miit")


def test_the_refusal_page_names_the_other_sides_people_by_their_office_once(world: World) -> None:
    canary("officer", "motie", "Kisub")
    lead = world.milestone.assignments.get(side="KR", role="lead")
    sent = {"assignment": lead.pk, "based_on": lead.row_version, "forecast_on": "2030-01-01", "reason": "No."}
    refused = client_of(world.readers["UZ"][0]).post(f"/milestones/{world.milestone.uid}/", sent)
    page = html_of(refused)
    assert refused.status_code == 403 and "Who can do this" in page
    assert "Kanghyun" not in page and "Kisub" not in page
    assert page.count(f"<strong>{office('officer', 'motie')}</strong>") == 1  # two of them, and no count


def test_a_taken_address_is_refused_with_the_same_words_whoever_has_it(world: World) -> None:
    client = client_of(world.hidden["UZ"][1])
    energy = Organisation.objects.get(code="minenergy")
    said = set()
    for email in ("kanghyun@example.invalid", "KANGHYUN@example.invalid", "qanoatjon@example.invalid"):
        sent = {"name": "New", "organisation": energy.pk, "role": "officer", "valid_from": timezone.localdate()}
        page = client.post(reverse("admin:accounts_user_add"), {**sent, "email": email, "reason": "New."})
        assert page.status_code == 200, email
        said.add(tuple(page.context["adminform"].form.errors["email"]))
        assert "already exists" not in html_of(page) and "Kanghyun" not in html_of(page)
    assert len(said) == 1 and User.objects.filter(email__iexact="kanghyun@example.invalid").count() == 1


@pytest.mark.usefixtures("empty_database")
def test_the_milestones_page_counts_nobody_whom_it_does_not_name() -> None:
    (milestone,) = set_up((on(timezone.localdate() + timedelta(days=30)), "minenergy"))
    reader = client_of(person("officer", "minenergy"))
    canary("officer", "motie", "Kimin")

    def page() -> str:
        response = reader.get(f"/milestones/{milestone.uid}/")
        assert response.context["page"].upcoming
        return re.sub(r"csrf[^>]*>", "", html_of(response))

    before = page()
    for number in range(3):
        canary("officer", "motie", f"Kimin{number}")
    assert page() == before and "Kimin" not in before


def test_who_is_named_how(programme: None) -> None:
    officer, chair = person("officer", "motie"), seat("co_chair", "KR", "energy")
    nobody, gone = loner(side="KR"), former_member("head", "kia", ended=timezone.localdate() - timedelta(days=9))
    reader = actor_for(person("reader", "minenergy"))
    people = [mention(user, reader.today) for user in (officer, chair, nobody, gone, reader.person)]  # type: ignore[arg-type]
    assert named(reader, people) == [office("officer", "motie"), chair.name, "Korea", "Korea", "reader of minenergy"]
    own = actor_for(officer)
    assert named(own, people[:4]) == [officer.name, chair.name, nobody.name, gone.name]
    # without a membership or seat in force no seat is visible either
    outsider = actor_for(loner(side="UZ"))
    assert named(outsider, people[:2]) == [office("officer", "motie"), "Korea"]
    assert named(system_actor("tests"), people[:4]) == [officer.name, chair.name, nobody.name, gone.name]


def test_a_row_of_history_tells_the_office_of_its_day(programme: None) -> None:
    head = former_member("head", "kia", ended=timezone.localdate() + timedelta(days=1))
    system = service_account("koica", ["read"])
    reader = actor_for(person("reader", "minenergy"))

    def row(**changes: Any) -> Any:
        kept = {"act_kind": "person", "history_user_id": head.pk, "act_name": head.name, "act_side": "KR"}
        values = {**kept, "act_organisation": "kia", "history_date": timezone.now(), **changes}
        return actor_of_row(type("Row", (), values))

    later = timezone.now() + timedelta(days=30)
    account = {"act_kind": "service", "history_user_id": system.pk, "act_name": system.name}
    rows = [row(), row(history_date=later), row(act_organisation="motie"), row(**account, act_organisation="koica")]
    told = named(reader, rows)
    places = [Organisation.objects.get(code=code).short_name for code in ("kia", "motie", "koica")]
    assert told == [office("head", "kia"), places[0], places[1], f"partner system, {places[2]}"]
