"""A person who clicks twice, goes Back or reloads: each act is done once, and nobody is told of themselves."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from accounts.models import SubmittedForm, User
from audit.models import Event
from programme.models import Project
from roadmaps.models import Proposal
from tests.browser.conftest import PASSWORD, Open, SignIn
from tests.scenarios.signing import Group, due

pytestmark = pytest.mark.django_db(transaction=True)

Person = Callable[[str, str], User]
LIST = "/admin/programme/project/"


@pytest.fixture
def page(open_page: Open, programme: None, person: Person, sign_in: SignIn) -> Page:
    """Of a project's lead, at the project's form."""
    page = open_page()
    sign_in(page, person("officer", project().participants.filter(role="lead")[0].organisation.code))
    page.goto(f"{LIST}{project().pk}/change/")
    page.get_by_role("textbox", name="English").last.fill("One summary")
    page.get_by_label("Reason for the change").fill("Told by the bank.")
    return page


def project() -> Project:
    return Project.objects.order_by("pk")[0]


def test_a_double_click_saves_once(page: Page) -> None:
    before = project().row_version
    page.get_by_role("button", name="Save", exact=True).dblclick()
    page.wait_for_url(LIST)
    assert (project().row_version, SubmittedForm.objects.count()) == (before + 1, 1)
    assert not Event.objects.filter(kind="refused").exists()


def test_back_and_save_again_changes_nothing(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(LIST)
    saved = project().row_version
    page.go_back()
    page.get_by_label("Reason for the change").fill("Told by the bank.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(LIST)
    assert project().row_version == saved
    expect(page.get_by_text("Someone else has changed")).to_have_count(0)


def test_a_double_click_starts_one_proposal(open_page: Open, programme: None, sign_in: SignIn) -> None:
    group = Group()
    group.edit(due(date(2027, 6, 30)))
    group.adopt()
    group.secretary.set_password(PASSWORD)
    group.secretary.save(update_fields=["password"])
    page = open_page()
    sign_in(page, group.secretary)
    page.goto("/road-maps/RM-07/")
    page.get_by_role("button", name="Propose a change").dblclick()
    page.wait_for_url("/proposals/RM-07.P2/edit/")
    assert Proposal.objects.filter(road_map__reference="RM-07").count() == 2
