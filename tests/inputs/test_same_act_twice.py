"""A form that is submitted twice does once what it says, and leads twice to the same page."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from fido2.utils import websafe_decode

from accounts.models import Membership, Organisation, Seat, ServiceAccount, SubmittedForm, User, WorkingGroup
from accounts.tasks import clear_expired
from audit.models import Event
from roadmaps.models import Assignment, Proposal, Refusal, Revision, Signature
from tests.scenarios.editor import ENERGY, Editor
from tests.scenarios.people import person
from tests.scenarios.races import at_once
from tests.scenarios.signing import Group, due

PAGE = "/proposals/RM-07.P1/"
FIRST = f"{PAGE}revisions/1/"
SOON = timezone.now().date() + timedelta(days=30)

Posted = tuple[str, dict[str, Any]]
Submission = tuple[Client, Posted, Callable[[], int]]  # who sends what, and how often it was done


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def twice(client: Client, address: str, typed: dict[str, Any]) -> tuple[Any, Any]:
    """Submit one rendered form two times."""
    form = {"csrfmiddlewaretoken": "of one page", **typed}
    return client.post(address, form), client.post(address, form)


def new_membership(user: User) -> Posted:
    miit = Organisation.objects.get(code="miit")
    typed = {"user": user.pk, "organisation": miit.pk, "role": "officer", "valid_from": str(SOON), "based_on": "1"}
    return reverse("admin:accounts_membership_add"), typed


def add_membership(group: Group) -> Submission:
    user = person("reader", "miit")
    count = Membership.objects.filter(user=user, role="officer").count
    return client_of(person("administrator", "miit")), new_membership(user), count


def add_seat(group: Group) -> Submission:
    user, energy = person("reader", "minenergy"), WorkingGroup.objects.get(code="energy")
    typed = {"user": user.pk, "group": energy.pk, "role": "member", "valid_from": str(SOON), "based_on": "1"}
    posted = reverse("admin:accounts_seat_add"), typed
    return client_of(person("administrator", "miit")), posted, Seat.objects.filter(user=user).count


def add_system(group: Group) -> Submission:
    koica = Organisation.objects.get(code="koica")
    typed = {"organisation": koica.pk, "name": "Portfolio", "scopes": ["read"], "based_on": "1"}
    posted = reverse("admin:accounts_serviceaccount_add"), typed
    return client_of(person("administrator", "koica")), posted, ServiceAccount.objects.count


def rename_person(group: Group) -> Submission:
    user = person("reader", "minenergy")
    typed = {"name": "Another", "email": user.email, "is_active": "on", "reason": "Married.", "based_on": "1"}
    posted = reverse("admin:accounts_user_change", args=[user.pk]), typed
    return (
        client_of(person("administrator", "minenergy")),
        posted,
        User.history.filter(id=user.pk, name="Another").count,
    )


def publish(group: Group) -> Submission:
    group.edit(due(date(2027, 6, 30)))
    posted = f"{PAGE}publish/", {"based_on": str(group.proposal.row_version)}
    return client_of(group.secretary), posted, Revision.objects.filter(proposal=group.proposal).count


def refuse(group: Group) -> Submission:
    group.edit(due(date(2027, 6, 30)))
    group.publish()
    return client_of(group.chairs["UZ"]), (f"{FIRST}refuse/", {"reason": "The year is missing."}), Refusal.objects.count


def withdraw_signature(group: Group) -> Submission:
    group.edit(due(date(2027, 6, 30)))
    group.sign(group.publish(), "UZ")
    withdrawn = Signature.objects.exclude(withdrawn_at=None)
    return client_of(group.chairs["UZ"]), (f"{FIRST}withdraw-key/", {}), withdrawn.count


def withdraw_proposal(group: Group) -> Submission:
    withdrawn = Proposal.history.filter(id=group.proposal.pk, state="withdrawn")
    return client_of(group.secretary), (f"{PAGE}withdraw/", {}), withdrawn.count


def start(group: Group) -> Submission:
    group.edit(due(date(2027, 6, 30)))
    group.adopt()
    drafts = Proposal.objects.filter(road_map__reference="RM-07", state="draft")
    return client_of(group.secretary), ("/road-maps/RM-07/propose/", {"layer": "shared"}), drafts.count


def reopen(group: Group) -> Submission:
    group.edit(due(date(2027, 6, 30)))
    group.publish()
    published = group.proposal.row_version
    again = Proposal.history.filter(id=group.proposal.pk, state="reworked")
    return client_of(group.secretary), (f"{PAGE}reopen/", {"version": str(published)}), again.count


def save_forecast(group: Group) -> Submission:
    group.edit(due(date(2027, 6, 30)))
    group.adopt()
    part = Assignment.objects.filter(organisation__side="UZ", role="lead").select_related("milestone", "organisation")[
        0
    ]
    typed = {
        "assignment": part.pk,
        "forecast_on": str(SOON),
        "reason": "The tender is late.",
        "based_on": str(part.row_version),
    }
    forecasts = Assignment.history.filter(id=part.pk, forecast_on=SOON)
    return (
        client_of(person("officer", part.organisation.code)),
        (f"/milestones/{part.milestone.uid}/", typed),
        forecasts.count,
    )


def sign(group: Group) -> Submission:
    group.edit(due(date(2027, 6, 30)))
    group.publish()
    client = client_of(group.chairs["UZ"])
    asked = client.get(f"{FIRST}sign/", headers={"accept": "application/json"}).json()["request_options"]
    answer = group.keys["UZ"].answer(websafe_decode(asked["publicKey"]["challenge"]))
    return client, (f"{FIRST}sign/", {"credential": json.dumps(answer)}), Signature.objects.count


def new_row(group: Group) -> Submission:
    editor = Editor(group.secretary)
    editor.open("add")
    fields = dict(editor.fields) | {"title_en": "Storage"}
    return client_of(group.secretary), (f"{ENERGY}save/", fields), lambda: str(group.proposal.content).count("Storage")


ACTS = (
    add_membership,
    add_seat,
    add_system,
    rename_person,
    publish,
    refuse,
    withdraw_signature,
    withdraw_proposal,
    start,
    reopen,
    save_forecast,
    sign,
    new_row,
)


@pytest.mark.django_db
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_a_second_click_does_nothing_and_leads_to_the_same_page(
    programme: None, act: Callable[[Group], Submission]
) -> None:
    client, (address, typed), count = act(Group())
    first, second = twice(client, address, typed)
    assert (first.status_code, count()) == (302, 1)
    assert (second.status_code, second["Location"], count()) == (302, first["Location"], 1)
    assert not Event.objects.filter(kind__in=["refused", "signature refused"]).exists()


@pytest.mark.django_db
def test_a_form_that_came_back_with_errors_is_sent_again(programme: None) -> None:
    group = Group()
    client, (address, typed), count = add_membership(group)
    first, second = twice(client, address, typed | {"role": ""})
    assert (first.status_code, second.status_code, count()) == (200, 200, 0)
    assert not SubmittedForm.objects.exists()
    # refused with a redirect and a warning: the page may be sent again when what hindered it is gone
    stale = {"version": "1"}
    group.edit(due(date(2027, 6, 30)))
    group.publish()
    first, second = twice(client_of(group.secretary), f"{PAGE}reopen/", stale)
    assert first.status_code == second.status_code == 302 and not SubmittedForm.objects.exists()


@pytest.mark.django_db
def test_a_warning_of_an_earlier_page_is_none_of_this_form(programme: None) -> None:
    client, (address, typed), count = reopen(Group())
    assert client.post(address, {"version": "1"}).status_code == 302  # its warning has not been shown yet
    first, second = twice(client, address, typed)
    assert (second.status_code, second["Location"], count()) == (302, first["Location"], 1)
    assert SubmittedForm.objects.count() == 1


@pytest.mark.django_db
def test_another_person_another_form_and_another_content_are_not_a_repetition(programme: None) -> None:
    colleague = client_of(person("administrator", "miit"))
    client, (address, typed), _count = rename_person(Group())
    first = {"csrfmiddlewaretoken": "of one page", **typed}
    assert client.post(address, first).status_code == 302
    other_name = client.post(address, first | {"name": "Third"})
    other_page = client.post(address, first | {"csrfmiddlewaretoken": "of another page"})
    other_person = colleague.post(address, first)
    for response in (other_name, other_page, other_person):
        assert response.status_code == 200 and response.context["conflict"]


@pytest.mark.django_db
def test_the_editor_s_script_sends_a_row_once(programme: None) -> None:
    group = Group()
    editor = Editor(group.secretary, htmx=True)
    editor.open("add")
    fields = [(key, "Storage" if key == "title_en" else value) for key, value in editor.fields]
    fields = [("form_token" if key == "csrfmiddlewaretoken" else key, value) for key, value in fields]
    assert editor.send(fields).status_code == 200
    shown = editor.send(fields)
    assert shown["HX-Redirect"].startswith(f"{ENERGY}?at=") and shown["HX-Redirect"] != f"{ENERGY}?at="
    assert str(group.proposal.content).count("Storage") == 1
    # each press of a button that adds an executor is one of its own
    editor.open(str(group.proposal.document.sections[0].measures[0].milestones[0].uid))
    fields = [("form_token" if key == "csrfmiddlewaretoken" else key, value) for key, value in editor.fields]
    for _press in range(2):
        assert "HX-Redirect" not in editor.send([*fields, ("executors", "add")])


@pytest.mark.django_db
def test_a_page_that_breaks_undoes_what_it_did(programme: None, monkeypatch: pytest.MonkeyPatch) -> None:
    client, (address, typed), count = add_membership(Group())
    client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("accounts.admin.MembershipAdmin.response_add", lambda *args, **kwargs: 1 / 0)
        assert client.post(address, {"csrfmiddlewaretoken": "x", **typed}).status_code == 500
    assert count() == 0 and not SubmittedForm.objects.exists()
    assert client.post(address, {"csrfmiddlewaretoken": "x", **typed}).status_code == 302 and count() == 1


@pytest.mark.django_db
def test_what_was_submitted_is_forgotten_after_a_day(programme: None) -> None:
    for name, age in (("today", timedelta(hours=23)), ("yesterday", timedelta(hours=25))):
        SubmittedForm.objects.create(fingerprint=name, at=timezone.now() - age, led_to="/")
    clear_expired()
    assert [form.fingerprint for form in SubmittedForm.objects.all()] == ["today"]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_two_clicks_at_the_same_instant() -> None:
    administrator = person("administrator", "miit")
    _client, (address, typed), count = add_membership(Group())
    clients = [client_of(administrator) for _ in range(4)]
    for round_number in range(5):
        form = {"csrfmiddlewaretoken": f"page {round_number}", **typed, "valid_from": str(SOON)}
        answers: list[Any] = at_once(*(partial(client.post, address, form) for client in clients))
        if round_number == 0:
            assert {(answer.status_code, answer["Location"]) for answer in answers} == {
                (302, reverse("admin:accounts_membership_changelist"))
            }
        assert count() == 1
