"""The admin's lists look up what their filters offer, and no other column, relation or lookup."""

from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation, User
from accounts.web.admin_base import ScopedModelAdmin
from accounts.web.admin_site import StaffSite
from audit.models import Event
from tests.scenarios.people import person
from tests.scenarios.reminders import also_member

pytestmark = pytest.mark.django_db

LOOKUPS = ("", "__gt", "__isnull", "__regex")
JUNK = ("^argon2", "\x00", "9" * 40)
NOT_A_FILTER = ("q", "p", "o", "all", "_facets", "_changelist_filters")


def screens() -> "list[ScopedModelAdmin[Any]]":
    return cast(StaffSite, admin.site).screens()


def of(screen: Any) -> str:
    return reverse(screen.list_url_name)


def lookups(screen: Any) -> Iterator[str]:
    """Every column and relation of the model by every lookup; one further lookup of what lies behind a relation."""
    for field in screen.model._meta.get_fields():
        yield from (f"{field.name}{lookup}" for lookup in LOOKUPS)
        if field.is_relation and field.related_model:
            yield from (f"{field.name}__{further.name}__gt" for further in field.related_model._meta.fields)


def offered(client: Client, screen: Any) -> set[str]:
    """The parameters of the links that the list's filters show."""
    found = client.get(of(screen)).context["cl"]
    return {name for spec in found.filter_specs for name in spec.expected_parameters()}


@pytest.fixture
def client(programme: None) -> Client:
    """An administrator and auditor of a coordinator, who opens every screen."""
    client, user = Client(), person("administrator", "miit")
    also_member(user, "auditor", "miit")
    client.force_login(user)
    return client


@pytest.mark.parametrize("screen", screens(), ids=str)
def test_no_list_looks_up_what_its_filters_do_not_offer(client: Client, screen: Any) -> None:
    allowed = offered(client, screen)
    for name in lookups(screen):
        if name not in allowed:
            assert client.get(of(screen), {name: "1"}).status_code == 400, (screen, name)


@pytest.mark.parametrize("screen", screens(), ids=str)
def test_a_bad_value_of_an_offered_filter_is_no_failure(client: Client, screen: Any) -> None:
    for name in (*sorted(offered(client, screen)), *NOT_A_FILTER):
        for value in JUNK:
            response = client.get(of(screen), {name: value, "e": "1"})
            assert response.status_code in (200, 302, 400), (screen, name, value)
            assert "Database error" not in response.content.decode(), (screen, name, value)


@pytest.mark.parametrize("screen", [screen for screen in screens() if screen.addable], ids=str)
def test_a_bad_value_for_a_field_of_a_new_record_is_no_failure(client: Client, screen: Any) -> None:
    address = reverse(screen.list_url_name.replace("_changelist", "_add"))
    for field in (*screen.add_only, *screen.editable, "reason", "based_on"):
        for value in JUNK:
            assert client.get(address, {field: value}).status_code == 200, (screen, field, value)


def test_every_filter_that_a_list_offers_works(client: Client) -> None:
    for screen in screens():
        for spec in client.get(of(screen)).context["cl"].filter_specs:
            for choice in spec.choices(client.get(of(screen)).context["cl"]):
                assert client.get(of(screen) + choice["query_string"]).status_code == 200, (screen, choice)


def test_a_password_is_not_read_letter_by_letter(client: Client) -> None:
    user = person("officer", "minenergy")
    address = reverse("admin:accounts_user_changelist")
    for query in (f"id={user.pk}&password__regex=^argon2", "password__startswith=a", "is_active__exact=1&password=x"):
        refused = client.get(f"{address}?{query}")
        assert refused.status_code == 400 and user.name not in refused.content.decode()
    kept = Event.objects.filter(kind="lookup refused")
    assert kept.count() == 3 and {row.layer for row in kept} == {"UZ"}
    assert kept.latest("pk").detail == {"parameters": ["is_active__exact", "password"]}


def test_a_reader_learns_nothing_of_another_organisations_people_and_systems(programme: None) -> None:
    client = Client()
    client.force_login(person("reader", "kia"))
    person("officer", "minenergy")
    address = reverse("admin:accounts_organisation_changelist")
    for query in ("service_accounts__isnull=0", "assignments__isnull=0", "memberships__gt=0", "code__regex=^m"):
        assert client.get(f"{address}?{query}").status_code == 400, query


def test_a_pattern_that_holds_a_process_is_plain_text_to_the_search(client: Client) -> None:
    address = reverse("admin:accounts_organisation_changelist")
    for text in ("^([a-z-]+)+X{22}$", "minenerg.", "^minenergy", "\\w+"):
        found = client.get(f"{address}?q={quote(text)}")
        assert found.status_code == 200 and found.context["cl"].result_count == 0, text
    assert client.get(f"{address}?q=minenergy").context["cl"].result_count == 1
    assert Organisation.objects.count() > 1 and User.objects.exists()
