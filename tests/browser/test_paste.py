"""What is pasted from Word or a message is kept as it is seen, or refused with a sentence at its field."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from programme.models import Project
from tests.browser.conftest import Open, SignIn

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/programme/project/"


@pytest.fixture
def page(open_page: Open, programme: None, person: Callable[[str, str], User], sign_in: SignIn) -> Page:
    """Of a project's lead, at the project's form."""
    page = open_page()
    sign_in(page, person("officer", project().participants.filter(role="lead")[0].organisation.code))
    page.goto(f"{LIST}{project().pk}/change/")
    page.get_by_label("Reason for the change").fill("Told by the bank.")
    return page


def project() -> Project:
    return Project.objects.order_by("pk")[0]


def paste(page: Page, text: str) -> None:
    """As the clipboard gives it: in one event, whatever characters there are."""
    box = page.get_by_role("textbox", name="English").last
    box.fill("")
    box.focus()
    page.keyboard.insert_text(text)
    page.get_by_role("button", name="Save", exact=True).click()


def test_what_word_leaves_behind_is_dropped(page: Page) -> None:
    paste(page, "\ufeffGreen hy\u00addro\u200bgen\u00a0plant \u3000 of 10\u202f000\tt\r\n\r\nTashkent ")
    page.wait_for_url(LIST)
    assert str(project().summary) == "Green hydrogen plant of 10 000 t\n\nTashkent"


def test_a_hidden_character_is_named_and_what_was_typed_stays(page: Page) -> None:
    pasted = "10\u202e001\u202c t of ammonia"
    before = project().row_version
    paste(page, pasted)
    expect(page.get_by_text("U+202E RIGHT-TO-LEFT OVERRIDE").first).to_be_visible()
    expect(page.get_by_role("textbox", name="English").last).to_have_value(pasted)
    assert project().row_version == before
