"""The frame of every page: the navigation is the policy's, the language is the person's."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.policy.actors import Actor
from desk.navigation import navigation
from tests.scenarios.people import actor_for, loner, person

pytestmark = pytest.mark.usefixtures("programme")


def shown(actor: Actor, path: str = "/") -> dict[str, bool]:
    """The words of the navigation, and whether each is marked."""
    groups = navigation(actor, path)
    return {item.text: item.current for group in groups for item in group.items}


def test_a_reader_is_not_shown_the_screens_of_people() -> None:
    words = shown(actor_for(person("reader", "minenergy")))
    assert "Projects" in words
    assert "People" not in words


def test_an_administrator_is() -> None:
    assert {"People", "Memberships"} <= set(shown(actor_for(person("administrator", "minenergy"))))


def test_someone_without_standing_has_a_desk_and_nothing_else() -> None:
    assert list(shown(actor_for(loner()))) == ["My desk"]


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/", "My desk"),
        ("/projects/D05/", "Projects"),
        ("/admin/programme/project/1/change/", "Projects"),
        ("/areas/energy/", "Areas"),
        ("/accounts/2fa/", None),
    ],
)
def test_the_item_under_which_a_page_lies_is_marked(path: str, marked: str | None) -> None:
    items = shown(actor_for(person("officer", "miit")), path)
    assert [word for word, current in items.items() if current] == ([marked] if marked else [])


def test_a_visitor_chooses_a_language_for_this_browser(client: Client) -> None:
    answer = client.post(reverse("desk:language"), {"language": "ru", "next": "/accounts/login/"})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert '<html lang="ru">' in client.get("/accounts/login/").content.decode()


def test_a_persons_choice_is_kept_for_every_browser(client: Client) -> None:
    user = person("reader", "minenergy")
    client.force_login(user)
    client.post(reverse("desk:language"), {"language": "ko", "next": "/"})
    user.refresh_from_db()
    assert user.language == "ko"


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)", ""])
def test_a_change_of_language_leads_nowhere_else(client: Client, elsewhere: str) -> None:
    answer = client.post(reverse("desk:language"), {"language": "uz", "next": elsewhere})
    assert answer["Location"] == "/"


def test_a_language_that_is_not_offered_is_refused(client: Client) -> None:
    assert client.post(reverse("desk:language"), {"language": "de"}).status_code == 400
    assert client.get(reverse("desk:language")).status_code == 405
