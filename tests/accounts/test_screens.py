"""The forms: saved with a reason, stale edits shown and nothing lost, crafted input refused at its field."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Organisation, OrganisationName, Seat, User
from common.language import LANGUAGES
from common.sides import day_of
from common.text import Text
from programme.models import Project
from tests.scenarios.pages import html_of
from tests.scenarios.people import loner, person, seat

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def posted(name: str, text: str = "", original: str = "en", **texts: str) -> dict[str, str]:
    """What the browser sends for a multilingual field: one value a language, and which is the original."""
    typed = {language: {"en": text, **texts}.get(language, "") for language in LANGUAGES}
    return {f"{name}_{part}": value for part, value in {**typed, "original": original}.items()}


def name_form(code: str) -> tuple[OrganisationName, str]:
    name = OrganisationName.objects.get(organisation__code=code)
    return name, reverse("admin:accounts_organisationname_change", args=[name.pk])


def test_an_administrator_edits_a_name_and_the_history_tells(programme: None) -> None:
    administrator = person("administrator", "uzkimyosanoat")
    name, address = name_form("uzkimyosanoat")
    client = signed_in(administrator)
    data = posted("name", "Uzkimyosanoat Joint-Stock Company", uz="“Oʻzkimyosanoat” AJ")
    refused = client.post(address, {**data, "based_on": "1"})
    assert refused.status_code == 200 and "reason" in refused.context["adminform"].form.errors
    saved = client.post(address, {**data, "short": "UKS", "based_on": "1", "reason": "The charter of today."})
    assert saved.status_code == 302
    name.refresh_from_db()
    assert (name.name.texts["en"], name.short, name.row_version) == ("Uzkimyosanoat Joint-Stock Company", "UKS", 2)
    page = client.get(reverse("admin:accounts_organisationname_history", args=[name.pk]))
    newest = page.context["entries"][0]
    assert (newest.who, newest.organisation, newest.door, newest.reason) == (
        "administrator of uzkimyosanoat",
        "uzkimyosanoat",
        "form",
        "The charter of today.",
    )
    changes = {label: (before, after) for label, before, after in newest.changes}
    assert changes["abbreviation"] == ("–", "UKS")
    assert "Uzkimyosanoat JSC" in changes["name"][0] and "Joint-Stock" in changes["name"][1]
    text = html_of(page)
    assert "The charter of today." in text and "Joint-Stock" in text


def test_a_lead_edits_the_summary_of_its_project_and_a_co_executor_does_not(programme: None) -> None:
    project = Project.objects.get(code="D05")
    address = reverse("admin:programme_project_change", args=[project.pk])
    data = {**posted("summary", "Two plants."), "based_on": "1", "reason": "First facts."}
    assert signed_in(person("reader", "uzkimyosanoat")).post(address, data).status_code == 403
    assert signed_in(person("officer", "kia")).post(address, data).status_code == 404
    assert signed_in(person("officer", "uzkimyosanoat")).post(address, data).status_code == 302
    project.refresh_from_db()
    assert project.summary == Text.of("Two plants.")


def test_a_stale_edit_shows_who_changed_what_keeps_what_was_typed_and_saves_what_is_chosen(programme: None) -> None:
    administrator = person("administrator", "minenergy")
    other = person("administrator", "miit")
    name, address = name_form("minenergy")
    client = signed_in(administrator)
    # the other is faster, and changes the abbreviation and the name
    faster = {**posted("name", "Energy Ministry"), "short": "EM", "based_on": "1", "reason": "Decree."}
    assert signed_in(other).post(address, faster).status_code == 302
    mine = {**posted("name", "Ministry of Energy and Water"), "short": "", "based_on": "1", "reason": "Merger."}
    page = client.post(address, mine)
    assert page.status_code == 200
    conflict = page.context["conflict"]
    assert (conflict.who, conflict.side) == ("administrator of miit", "UZ")
    rows = {row.name: row for row in conflict.rows}
    assert set(rows) == {"name", "short"}
    assert rows["short"].now == "EM" and rows["short"].untouched
    assert not rows["name"].untouched
    text = html_of(page)
    assert "Ministry of Energy and Water" in text and "Merger." in text
    name.refresh_from_db()
    assert (name.short, name.row_version) == ("EM", 2)
    # the page is based on the newest version now: mine for the name, theirs for the abbreviation
    assert page.context["adminform"].form["based_on"].value() == "2"
    chosen = {**mine, "based_on": "2", "keep-name": "mine", "keep-short": "theirs"}
    assert client.post(address, chosen).status_code == 302
    name.refresh_from_db()
    assert (str(name.name), name.short, name.row_version) == ("Ministry of Energy and Water", "EM", 3)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("x" * 10_000, "at most 300 characters"), ("a\x00b", "hidden character after “a”: U+0000"), ("", "has no text")],
)
def test_bad_text_is_a_sentence_at_the_field_and_nothing_is_stored(programme: None, text: str, sentence: str) -> None:
    name, address = name_form("minenergy")
    data = {**posted("name", text, ru="Министерство"), "based_on": "1", "reason": "Try."}
    page = signed_in(person("administrator", "minenergy")).post(address, data)
    assert page.status_code == 200
    errors = page.context["adminform"].form.errors["name"]
    assert sentence in " ".join(errors)
    assert "Министерство" in page.content.decode()
    assert OrganisationName.objects.get(pk=name.pk).row_version == 1


def test_a_crafted_foreign_key_out_of_scope_is_refused_at_its_field(programme: None) -> None:
    client = signed_in(person("administrator", "minenergy"))
    kia = Organisation.objects.get(code="kia")
    data: dict[str, Any] = {**posted("name", "Kia Motors"), "organisation": kia.pk, "valid_from": "2026-12-01"}
    page = client.post(reverse("admin:accounts_organisationname_add"), data)
    assert page.status_code == 200 and "organisation" in page.context["adminform"].form.errors
    assert OrganisationName.objects.filter(organisation=kia).count() == 1
    # a person of the other side, and an organisation of somebody else
    stranger = person("officer", "motie")
    today = str(day_of("UZ", timezone.now()))
    membership = {"user": stranger.pk, "organisation": kia.pk, "role": "reader", "valid_from": today}
    page = client.post(reverse("admin:accounts_membership_add"), membership)
    assert set(page.context["adminform"].form.errors) >= {"user", "organisation"}
    assert Membership.objects.filter(user=stranger).count() == 1


def test_an_administrator_adds_a_person_and_ends_a_membership(programme: None) -> None:
    client = signed_in(person("administrator", "minenergy"))
    energy = Organisation.objects.get(code="minenergy")
    today = day_of("UZ", timezone.now())
    data = {"email": "New.One@example.invalid", "name": "New One", "organisation": energy.pk, "role": "officer"}
    page = client.post(reverse("admin:accounts_user_add"), {**data, "valid_from": "2024-06-14"})
    assert "cannot begin before today" in str(page.context["adminform"].form.errors["valid_from"])
    page = client.post(reverse("admin:accounts_user_add"), {**data, "role": "controller", "valid_from": str(today)})
    assert "role" in page.context["adminform"].form.errors
    for address in ("김@example.invalid", "\u017f@example.invalid"):
        page = client.post(reverse("admin:accounts_user_add"), {**data, "email": address, "valid_from": str(today)})
        assert "email" in page.context["adminform"].form.errors
    assert client.post(reverse("admin:accounts_user_add"), {**data, "valid_from": str(today)}).status_code == 302
    user = User.objects.get(email="new.one@example.invalid")
    assert user.side == "UZ"
    membership = Membership.objects.get(user=user)
    address = reverse("admin:accounts_membership_change", args=[membership.pk])
    ended = {"valid_to": str(today), "based_on": "1", "reason": "Moved on.", "organisation": "1", "role": "head"}
    assert client.post(address, ended).status_code == 302
    membership.refresh_from_db()
    assert (membership.valid_to, membership.role, membership.organisation_id) == (today, "officer", energy.pk)


def test_a_side_has_one_co_chair_a_group_and_a_coordinator_seats_only_its_own_side(programme: None) -> None:
    seat("co_chair", "UZ", "energy")
    client = signed_in(person("administrator", "miit"))
    officer, korean = person("officer", "minenergy"), person("officer", "motie")
    group = Seat.objects.get().group
    today = str(day_of("UZ", timezone.now()))
    data = {"user": officer.pk, "group": group.pk, "role": "co_chair", "valid_from": today}
    page = client.post(reverse("admin:accounts_seat_add"), data)
    assert "is co-chair in this period" in str(page.context["adminform"].form.errors["role"])
    page = client.post(reverse("admin:accounts_seat_add"), {**data, "user": korean.pk, "role": "member"})
    assert "user" in page.context["adminform"].form.errors
    assert client.post(reverse("admin:accounts_seat_add"), {**data, "role": "member"}).status_code == 302
    assert Seat.objects.get(user=officer).side == "UZ"


def test_lists_counts_and_search_hold_only_what_is_theirs(programme: None) -> None:
    projects = reverse("admin:programme_project_changelist")
    kia, outsider = signed_in(person("reader", "kia")), signed_in(loner())
    listed = kia.get(projects).context["cl"]
    assert {project.code for project in listed.queryset} == {"D07", "D08"} and listed.result_count == 2
    assert kia.get(projects, {"q": "hydrogen"}).context["cl"].result_count == 0
    for name in ("programme_project", "accounts_organisation", "accounts_user", "programme_decision"):
        assert outsider.get(reverse(f"admin:{name}_changelist")).status_code == 404
    people = reverse("admin:accounts_user_changelist")
    assert kia.get(people).status_code == 404
    search = kia.get(reverse("admin:accounts_organisation_changelist"), {"q": "o'zkimyosanoat"})
    assert [found.code for found in search.context["cl"].queryset] == ["uzkimyosanoat"]


def test_a_person_is_not_added_by_a_role_that_does_not_exist(programme: None) -> None:
    client = signed_in(person("administrator", "minenergy"))
    data = {
        "email": "crafted@example.invalid",
        "name": "Crafted",
        "organisation": Organisation.objects.get(code="minenergy").pk,
        "role": "emperor",
        "valid_from": str(day_of("UZ", timezone.now())),
    }
    page = client.post(reverse("admin:accounts_user_add"), data)
    assert page.status_code == 200 and "role" in page.context["adminform"].form.errors
    assert not User.objects.filter(email="crafted@example.invalid").exists()


def test_the_admin_sends_a_stranger_to_the_one_sign_in_and_back(programme: None) -> None:
    client, address = Client(), reverse("admin:accounts_organisation_changelist")
    asked = client.get(address, follow=True)
    assert asked.status_code == 200
    assert asked.request["PATH_INFO"] == reverse("account_login")
    assert address in asked.request["QUERY_STRING"].replace("%2F", "/")
