"""What was typed outlives the session: it waits in the tab until its person has signed in again."""

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from accounts.models import User
from programme.models import Project
from tests.browser.conftest import PASSWORD, Open, SignIn
from tests.scenarios.signing import Group

pytestmark = pytest.mark.django_db(transaction=True)

TYPED = "A summary that took an hour to write"
KEPT = "Not saved: your session has ended. Sign in, and what you typed will be back."
RESTORED = "What you typed is back but not saved yet. Check it, then save again."

Person = Callable[[str, str], User]


@pytest.fixture
def project(programme: None) -> Project:
    return Project.objects.order_by("pk")[0]


@pytest.fixture
def author(project: Project, person: Person) -> User:
    """Somebody who may edit the project."""
    return person("officer", project.participants.filter(role="lead")[0].organisation.code)


def type_summary(page: Page, project: Project) -> None:
    page.goto(f"/admin/programme/project/{project.pk}/change/")
    page.get_by_role("textbox", name="English").last.fill(TYPED)
    page.get_by_label("Reason for the change").fill("Told by the bank.")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def sign_in_here(page: Page, user: User) -> None:
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda address: "/accounts/" not in address)


def is_stored(project: Project) -> bool:
    return TYPED in str(Project.objects.get(pk=project.pk).summary)


def test_save_after_the_session_ended_leads_back_to_what_was_typed(
    open_page: Open, project: Project, author: User, sign_in: SignIn
) -> None:
    page = open_page()
    sign_in(page, author)
    type_summary(page, project)
    Session.objects.all().delete()
    save(page)
    expect(page.get_by_text(KEPT)).to_be_visible()
    sign_in_here(page, author)
    expect(page.get_by_text(RESTORED)).to_be_visible()
    expect(page.get_by_role("textbox", name="English").last).to_have_value(TYPED)
    assert not is_stored(project)
    save(page)
    page.wait_for_url("/admin/programme/project/")
    assert is_stored(project)


def test_another_person_who_signs_in_sees_nothing_of_it(
    open_page: Open, project: Project, author: User, person: Person, sign_in: SignIn
) -> None:
    page, other = open_page(), person("officer", "miit")
    sign_in(page, author)
    type_summary(page, project)
    Session.objects.all().delete()
    save(page)
    expect(page.get_by_text(KEPT)).to_be_visible()
    sign_in_here(page, other)
    assert page.evaluate("sessionStorage.getItem('unsaved')") is None
    assert TYPED not in page.content()


def test_a_page_from_before_the_last_sign_in_leads_back_to_the_form(
    open_page: Open, project: Project, author: User, sign_in: SignIn
) -> None:
    page = open_page()
    sign_in(page, author)
    type_summary(page, project)
    other_tab = page.context.new_page()
    other_tab.goto("/")
    other_tab.get_by_role("button", name="Sign out").click()
    sign_in(other_tab, author)
    save(page)
    page.get_by_role("link", name="Back to the form").click()
    expect(page.get_by_text(RESTORED)).to_be_visible()
    save(page)
    page.wait_for_url("/admin/programme/project/")
    assert is_stored(project)


def test_what_was_saved_does_not_come_back(open_page: Open, project: Project, author: User, sign_in: SignIn) -> None:
    page = open_page()
    sign_in(page, author)
    type_summary(page, project)
    save(page)
    page.wait_for_url("/admin/programme/project/")
    page.goto(f"/admin/programme/project/{project.pk}/change/")
    expect(page.get_by_text(RESTORED)).to_have_count(0)
    assert page.evaluate("sessionStorage.getItem('unsaved')") is None


def test_what_the_editor_saved_is_not_said_to_be_unsaved(open_page: Open, programme: None, sign_in: SignIn) -> None:
    group = Group()
    group.secretary.set_password(PASSWORD)
    group.secretary.save(update_fields=["password"])
    page = open_page()
    sign_in(page, group.secretary)
    page.goto(f"/proposals/{group.proposal.reference}/edit/")
    page.locator(".unit .edit").nth(1).click()
    page.locator(".row-form textarea").first.fill("Saved in the editor")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".row-form")).to_have_count(0)
    assert page.evaluate("sessionStorage.getItem('unsaved')") is None
    Session.objects.all().delete()
    page.goto("/")
    expect(page.get_by_text(KEPT)).to_have_count(0)


def test_a_code_is_not_kept(open_page: Open, author: User, sign_in: SignIn) -> None:
    page = open_page()
    sign_in(page, author)
    page.goto("/accounts/2fa/totp/activate/")
    Session.objects.all().delete()
    page.get_by_label("Authenticator code").fill("123456")
    page.get_by_role("button", name="Add the app").click()
    page.wait_for_url("**/accounts/login/**")
    assert page.evaluate("sessionStorage.getItem('unsaved')") is None
