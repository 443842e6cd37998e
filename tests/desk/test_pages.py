"""The pages: what is theirs is there, what is not theirs is not, and what is not certain says so."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from accounts.policy.actors import system_actor
from accounts.policy.questions import NotAllowed
from audit.acting import acting
from common.language import LANGUAGES
from common.text import Text
from desk.refusal import refused
from programme.loading import DATA
from programme.models import Decision, Meeting, Project
from programme.regions import REGIONS
from tests.scenarios.growth import grow
from tests.scenarios.pages import html_of
from tests.scenarios.people import draft_of, loner, person, seat

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

BUDGET = Path(__file__).with_name("queries.json")
SUMMIT = "summit-2024"
PAGES = {
    "home": "/",
    "programme": "/programme/",
    "areas": "/areas/",
    "area": "/areas/chemistry/",
    "roadmaps": "/road-maps/",
    "roadmap": "/road-maps/RM-03/",
    "decision": "/decisions/D05/",
    "project": "/projects/D05/",
    "organisation": "/organisations/uzkimyosanoat/",
    "meeting": f"/meetings/{SUMMIT}/",
    "search": "/search/?q=o",
}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return html_of(response)


def context_of(client: Client, address: str) -> Any:
    return client.get(address).context


# what is theirs


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_opens_for_an_insider_in_each_language(language: str) -> None:
    user = person("officer", "uzkimyosanoat")
    User.objects.filter(pk=user.pk).update(language=language)
    for name, address in PAGES.items():
        text = text_of(signed_in(user), address)
        assert text.count("<h1") == 1 and "style=" not in text, name
        assert text.count('class="button default"') + text.count('class="default"') <= 1, name


def test_the_desk_says_who_one_is_and_offers_to_edit_only_what_one_leads() -> None:
    officer, reader = signed_in(person("officer", "uzkimyosanoat")), signed_in(person("reader", "uzkimyosanoat"))
    edit = reverse("admin:programme_project_change", args=[Project.objects.get(code="D05").pk])
    assert edit in text_of(officer, "/") and edit in text_of(officer, "/projects/D05/")
    assert edit not in text_of(reader, "/") and edit not in text_of(reader, "/projects/D05/")
    assert [mine.row.area.code for mine in context_of(officer, "/")["areas"]] == ["chemistry"]
    assert "to be confirmed" in context_of(officer, "/")["areas"][0].reasons[0]
    chair = context_of(signed_in(seat("co_chair", "KR", "energy")), "/")
    assert [mine.reasons for mine in chair["areas"]] == [("You are co-chair",)]


def test_the_desk_explains_itself_on_the_first_day_only() -> None:
    user = person("reader", "kia")
    client = signed_in(user)
    assert context_of(client, "/")["first_day"] and context_of(client, "/")["first_day"]
    client.cookies[f"desk-since-{user.pk}"] = "2024-06-14"
    assert not context_of(client, "/")["first_day"]


def test_without_a_membership_or_seat_the_desk_says_whom_to_ask() -> None:
    administrator, other = person("administrator", "miit"), person("administrator", "motie")
    text = text_of(signed_in(loner(side="UZ")), "/")
    assert administrator.name in text and other.name not in text


def test_a_decision_shows_the_whole_paragraph_and_what_the_release_does_not_say() -> None:
    text = text_of(signed_in(person("reader", "mfa-uz")), "/decisions/D08/")
    paragraph = Meeting.objects.get().paragraph(13)
    assert paragraph.startswith("Fourth.") and f'<blockquote lang="en">{paragraph}</blockquote>' in text
    assert f'href="/meetings/{SUMMIT}/#p13"' in text and "“next year”" in text and "planned for 2025" in text
    assert "Jizzakh <span" in text.replace("\n", " ") and "not in the press release, to be confirmed" in text
    assert f'id="p13"><span class="quiet">13</span><div class="prose" lang="en">{paragraph}' in text_of(
        signed_in(person("reader", "mfa-uz")), f"/meetings/{SUMMIT}/"
    )


def test_the_road_map_is_the_official_table_of_the_draft() -> None:
    coordinator = person("reader", "miit")
    client = signed_in(coordinator)
    text = text_of(client, "/road-maps/RM-04/")
    assert "I. Engineering" in text and "Nothing in it is agreed." in text and 'data-label="Deadline">2025<' in text
    assert '<span class="quiet">date to be agreed</span>' in text_of(client, "/road-maps/RM-07/")
    (train, *_rest) = context_of(client, "/road-maps/RM-08/")["table"].sections[0].measures
    cells = [cell for cells in train.steps[0].executors for cell in cells]
    assert [(cell.executor.organisation, cell.unconfirmed) for cell in cells] == [
        ("mef", True),
        ("moef", True),
        ("edcf", False),
        ("mintrans", True),
    ]
    assert "it says only that proposals were considered (paragraph 36)" in text_of(client, "/road-maps/RM-16/")
    User.objects.filter(pk=coordinator.pk).update(language="ru")
    assert 'data-label="Deadline">2025\u00a0г.<' in text_of(client, "/road-maps/RM-04/")


def test_a_summary_is_shown_in_the_readers_language_or_else_marked_as_the_original() -> None:
    project = Project.objects.get(code="D05")
    project.summary = Text.of("Two plants.\n\n<b>Safe</b>.", uz="Ikki zavod.")
    with acting(system_actor("tests").act):
        project.save()
    user = person("reader", "uzkimyosanoat")
    client = signed_in(user)
    User.objects.filter(pk=user.pk).update(language="ru")
    text = text_of(client, "/projects/D05/")
    assert '<div class="prose" lang="en"><p>Two plants.</p>' in text
    assert "&lt;b&gt;Safe" in text and "the original" in text.split("Two plants")[1]
    User.objects.filter(pk=user.pk).update(language="uz")
    text = text_of(client, "/projects/D05/")
    assert '<div class="prose" lang="uz"><p>Ikki zavod.</p></div>' in text and "Two plants" not in text


def test_an_organisation_shows_every_name_and_its_people_to_those_who_manage_them() -> None:
    officer, administrator = person("officer", "motie"), person("administrator", "motie")
    text = text_of(signed_in(officer), "/organisations/motie/")
    assert "MOTIE" in text and "MOTIR" in text and "1 October 2025" in text
    assert "general knowledge, to be confirmed" in text
    assert administrator.name not in text.split('id="h-names"')[1] and "organisationname/add" not in text
    text = text_of(signed_in(administrator), "/organisations/motie/")
    assert officer.name in text and "organisationname/add/?organisation=" in text


def test_the_figures_are_said_as_the_release_says_them() -> None:
    figures = context_of(signed_in(person("reader", "kia")), "/programme/")["figures"]
    assert {figure.indicator.code: figure.words for figure in figures} == {
        "F1": "726 enterprises",
        "F2": "more than US $7.5 billion",
        "F3": "reached US $2.5 billion",
        "F4": "more than US $3 billion",
        "F5": "US $2 billion",
        "F6": "US $9.6 billion",
    }


def test_every_region_that_a_file_names_has_a_name_in_four_languages() -> None:
    codes = yaml.safe_load((DATA / "iati.yaml").read_text(encoding="utf-8"))["regions"]
    assert {f"UZ-{code}": name for code, name in codes.items()} == {
        code: name.in_language("en") for code, name in REGIONS.items()
    }
    assert all(set(name.texts) == set(LANGUAGES) for name in REGIONS.values())


# what is not theirs


def test_without_signing_in_every_page_asks_for_it_and_comes_back() -> None:
    for address in PAGES.values():
        response = Client().get(address)
        assert response.status_code == 302 and "next=" in response["Location"]
    assert Client().get("/areas/health/")["Location"].endswith("?next=/areas/health/")


@pytest.mark.parametrize(
    "address",
    [
        "/projects/D05/",
        "/projects/D99/",
        "/projects/D05%00/",
        "/road-maps/RM-03/",
        "/road-maps/RM-99/",
        "/decisions/D99/",
        "/areas/nowhere/",
        "/organisations/nobody/",
        "/meetings/never/",
    ],
)
def test_what_is_not_theirs_looks_as_if_it_were_not_there(address: str) -> None:
    client = signed_in(person("reader", "kia"))
    response = client.get(address)
    assert response.status_code == 404 and "hydrogen" not in response.content.decode()


def test_who_has_no_standing_finds_nothing_but_an_explanation() -> None:
    client = signed_in(loner(is_superuser=True))
    for name, address in PAGES.items():
        assert client.get(address).status_code == (200 if name in ("home", "search") else 404), name
    assert context_of(client, "/search/?q=energy")["count"] == 0


def test_counts_and_links_leave_out_what_is_not_visible() -> None:
    kia, coordinator = signed_in(person("officer", "kia")), signed_in(person("reader", "motie"))
    few, all_of_them = (context_of(client, "/programme/")["totals"] for client in (kia, coordinator))
    assert (few.decisions, few.projects, few.drafts) == (38, 2, 0)
    assert (all_of_them.decisions, all_of_them.projects, all_of_them.drafts) == (38, 21, 17)
    for address in ("/areas/chemistry/", "/decisions/D05/", "/organisations/motie/", f"/meetings/{SUMMIT}/"):
        text = text_of(kia, address)
        assert "/projects/D05/" not in text and "/road-maps/RM-" not in text, address
        assert "/projects/D05/" in text_of(coordinator, address), address
    assert "/projects/D08/" in text_of(kia, "/decisions/D08/")


def test_a_private_draft_shows_to_its_own_side_only() -> None:
    draft_of("minenergy", "energy")
    own, other = signed_in(seat("member", "UZ", "energy")), signed_in(seat("member", "KR", "energy"))
    assert context_of(own, "/road-maps/RM-07/")["draft"].reference == "RM-07.UZ2"
    assert context_of(own, "/road-maps/RM-07/?draft=1")["draft"].reference == "RM-07.P1"
    text = text_of(other, "/road-maps/RM-07/")
    assert "RM-07.P1" in text and "RM-07.UZ" not in text
    for code in ("2", "P2", "UZ2"):
        assert other.get(f"/road-maps/RM-07/?draft={code}").status_code == 404
    assert other.get("/road-maps/RM-07/?draft=x").status_code == 404


def test_a_refusal_names_who_could_where_the_record_shows() -> None:
    project = Project.objects.get(code="D05")
    officer = person("officer", "uzkimyosanoat")

    def refusal(user: User) -> str:
        request = RequestFactory().get("/")
        request.user = user
        response = refused(request, NotAllowed("project.edit", project))
        assert response.status_code == 403
        return html_of(response)

    named = refusal(person("reader", "uzkimyosanoat"))
    assert officer.name in named and "officer, Uzkimyosanoat JSC" in named
    assert officer.name not in refusal(person("reader", "kia"))


# search


def found(client: Client, query: str) -> dict[str, set[str]]:
    context = client.get("/search/", {"q": query}).context
    return {group.kind.name: {hit.address for hit in group.hits} for group in context["found"]}


def test_search_reads_every_language_and_folds_apostrophes_and_case() -> None:
    client = signed_in(person("reader", "miit"))
    assert "/areas/agriculture/" in found(client, "qishloq xo'jaligi")["area"]
    assert found(client, "QISHLOQ XO`JALIGI") == found(client, "qishloq xoʻjaligi")
    assert "/areas/energy/" in found(client, "БЕЗОПАСНАЯ энергетика")["area"]
    assert "/organisations/minenergy/" in found(client, "министерство ЭНЕРГЕТИКИ")["organisation"]
    assert found(client, "핵심 광물")["area"] == {"/areas/minerals/"}
    assert found(client, "moti") == {"organisation": {"/organisations/motie/"}}  # once, with two names
    assert found(client, "RM-07")["roadmap"] == {"/road-maps/RM-07/"}
    assert found(client, "a.*") == {}
    assert [item.href for item in client.get("/search/?q=programme").context["pages"]] == ["/programme/"]
    # each word, in any order
    assert found(client, "ammonia  Hydrogen")["project"] == {"/projects/D05/"}
    assert found(client, "ammonia turbines") == {}
    listed = client.get("/admin/programme/project/", {"q": "ammonia Hydrogen"})
    assert [project.code for project in listed.context["cl"].result_list] == ["D05"]


def test_search_finds_only_what_is_theirs() -> None:
    assert found(signed_in(person("reader", "kia")), "hydrogen") == {"decision": {"/decisions/D05/"}}
    assert "project" in found(signed_in(person("reader", "motie")), "hydrogen")


@pytest.mark.parametrize(("query", "words"), [("x" * 401, "at most 400 characters"), ("a\x00b", "cannot be stored")])
def test_a_search_that_cannot_be_is_a_sentence(query: str, words: str) -> None:
    client = signed_in(person("reader", "kia"))
    text = html_of(client.get("/search/", {"q": query}))
    assert words in text and "<h1>Search</h1>" in text
    assert "found" not in client.get("/search/", {"q": "  "}).context


# what it costs


def test_a_page_costs_the_same_queries_for_two_rows_and_for_two_hundred() -> None:
    budget = {name: n for name, n in json.loads(BUDGET.read_text(encoding="utf-8")).items() if name in PAGES}
    client = signed_in(person("officer", "uzkimyosanoat"))
    grow(range(2))
    _cost(client)  # what is read once a process or a session
    assert _cost(client) == budget
    grow(range(2, 200))
    assert Decision.objects.filter(area__code="chemistry").count() == 202
    assert _cost(client) == budget


def _cost(client: Client) -> dict[str, int]:
    counted = {}
    with translation.override("en"):
        for name, address in PAGES.items():
            with CaptureQueriesContext(connection) as queries:
                text_of(client, address)
            counted[name] = len(queries)
    return counted
