"""A road map edited row by row by a person with a keyboard, or with a telephone; with the script and without it."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from roadmaps.document.content import MilestoneContent
from roadmaps.models import Proposal
from tests.browser.axe import faults
from tests.browser.conftest import PASSWORD, Open, SignIn
from tests.scenarios import people

ADDRESS = "/proposals/RM-07.P1/edit/"
MECHANISM = "Mechanism of implementation: English"


@pytest.fixture
def secretary(programme: None) -> User:
    user = people.seat("secretary", "UZ", "energy")
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def draft() -> Proposal:
    return Proposal.objects.get(road_map__reference="RM-07", number=1)


def milestones() -> list[MilestoneContent]:
    return [step for _section, _measure, step in draft().document.milestones()]


def tab_to(page: Page, name: str) -> None:
    """As somebody without a mouse gets there."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent.trim()").startswith(
            name
        ):
            return
    raise AssertionError(f"“{name}” is not reached by the keyboard.")


def said(page: Page, sentence: str) -> None:
    expect(page.locator("#said")).to_contain_text(sentence)


def is_usable(page: Page) -> bool:
    """Whether axe finds nothing, where the bar at the top covers no link."""
    page.evaluate("scrollTo(0, 0)")
    assert faults(page) == []
    return True


def test_by_keyboard_alone_a_row_is_edited_and_the_focus_comes_back(
    open_page: Open, secretary: User, sign_in: SignIn
) -> None:
    page = open_page()
    sign_in(page, secretary)
    page.goto(ADDRESS)
    tab_to(page, "Edit milestone 1.1")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Number", exact=True)).to_be_focused()
    # Escape leaves the row as it is
    page.keyboard.press("Escape")
    expect(page.get_by_label("Edit milestone 1.1")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, MECHANISM)
    page.keyboard.press("Control+a")
    page.keyboard.type("Hold the dialogue")
    tab_to(page, "How exactly")
    page.keyboard.type("in a q")
    expect(page.get_by_label("Quarter", exact=True)).to_be_visible()
    expect(page.get_by_label("Month", exact=True)).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.type("III")
    page.keyboard.press("Tab")
    page.keyboard.type("2027")
    # Enter in a box of one line saves
    page.keyboard.press("Enter")
    said(page, "Saved: milestone 1.1.")
    expect(page.get_by_label("Edit milestone 1.1")).to_be_focused()
    expect(page.locator("#table")).to_contain_text("III quarter 2027")
    tab_to(page, "Add a milestone")
    page.keyboard.press("Enter")
    tab_to(page, MECHANISM)
    page.keyboard.type("Sign the minutes")
    tab_to(page, "Save")
    page.keyboard.press("Enter")
    said(page, "Saved: milestone 1.2.")
    expect(page.get_by_label("Edit milestone 1.2")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(2):
        tab_to(page, "Move up")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Move up")).to_be_focused()
    assert [str(step.mechanism) for step in milestones()] == ["Sign the minutes", "Hold the dialogue"]
    assert str(milestones()[1].deadline.due_on) == "2027-09-30"
    assert page.url.endswith(ADDRESS)


def test_a_click_on_a_row_opens_it_and_what_was_typed_in_another_is_kept(
    open_page: Open, secretary: User, sign_in: SignIn
) -> None:
    page = open_page()
    sign_in(page, secretary)
    page.goto(ADDRESS)
    page.locator("td.mech").first.click()
    expect(page.get_by_label("Number", exact=True)).to_be_focused()
    # opened by another click, the first is closed: one row is open at a time
    page.locator("tr.roman th").first.click()
    expect(page.get_by_label("Title: English")).to_be_focused()
    expect(page.locator(".row-form")).to_have_count(1)
    page.get_by_label("Title: English").fill("Safe energy")
    page.locator("td.mech").first.click()
    said(page, "Save or cancel the row that is open first")
    expect(page.get_by_label("Title: English")).to_have_value("Safe energy")
    page.get_by_role("button", name="Renumber the rows in this order").click()
    expect(page.get_by_label("Title: English")).to_have_value("Safe energy")
    assert draft().row_version == 1
    # Escape asks first, where something was typed
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_label("Title: English").press("Escape")
    expect(page.get_by_label("Title: English")).to_have_value("Safe energy")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_label("Title: English").press("Escape")
    expect(page.locator(".row-form")).to_have_count(0)
    # executors come and go before anything is stored
    page.get_by_label("Edit milestone 1.1").click()
    page.get_by_label(MECHANISM).fill("Typed before")
    page.get_by_role("button", name="Add an executor").click()
    third = page.get_by_role("group", name="Executor 3")
    expect(third.get_by_label("Organisation")).to_be_focused()
    third.get_by_label("Organisation").select_option("keximbank")
    page.get_by_role("button", name="Remove executor 2").click()
    expect(page.get_by_role("group", name="Executor 2").get_by_label("Organisation")).to_have_value("keximbank")
    page.locator("tr.roman th").first.click()
    said(page, "Save or cancel the row that is open first")
    page.get_by_role("button", name="Save", exact=True).click()
    said(page, "Saved: milestone 1.1.")
    assert [executor.organisation for executor in milestones()[0].executors] == ["minenergy", "keximbank"]
    assert milestones()[0].mechanism.texts["en"] == "Typed before"


@pytest.mark.parametrize("width", [390, 1440])
def test_an_error_is_at_its_field_and_has_the_focus(
    open_page: Open, secretary: User, sign_in: SignIn, width: int
) -> None:
    page = open_page(width=width)
    sign_in(page, secretary)
    page.goto(ADDRESS)
    assert is_usable(page)
    page.get_by_label("Edit milestone 1.1").click()
    assert is_usable(page)
    page.get_by_label("How exactly").select_option("day")
    page.get_by_label("Day", exact=True).fill("30")
    page.get_by_label("Month", exact=True).select_option("2")
    page.get_by_label("Year", exact=True).fill("2027")
    page.get_by_role("button", name="Save", exact=True).click()
    said(page, "Not saved: 1 error to fix.")
    expect(page.get_by_label("How exactly")).to_be_focused()
    expect(page.get_by_label("How exactly")).to_be_in_viewport()
    assert is_usable(page)
    page.get_by_label("Day", exact=True).fill("28")
    page.get_by_role("button", name="Save", exact=True).click()
    said(page, "Saved: milestone 1.1.")
    page.get_by_label("Edit milestone 1.1").click()
    page.get_by_text("Delete row").click()
    assert is_usable(page)
    page.get_by_role("button", name="Delete for good").click()
    said(page, "Deleted: milestone 1.1.")
    assert is_usable(page) and milestones() == []


def test_without_script_the_same_is_done_by_links_and_forms(open_page: Open, secretary: User, sign_in: SignIn) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, secretary)
    page.goto(ADDRESS)
    page.get_by_label("Edit milestone 1.1").click()
    assert re.search(r"\?row=[0-9a-f-]{36}$", page.url)
    page.get_by_label(MECHANISM).fill("")
    page.get_by_role("button", name="Save", exact=True).first.click()
    assert page.title().startswith("Error:")
    page.get_by_label(MECHANISM).fill("Hold the dialogue")
    page.get_by_role("button", name="Add an executor").click()
    page.get_by_role("group", name="Executor 3").get_by_label("Organisation").select_option("keximbank")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_role("status").get_by_text("Saved: milestone 1.1.")).to_be_visible()
    assert milestones()[0].mechanism.texts["en"] == "Hold the dialogue" and len(milestones()[0].executors) == 3


def test_two_people_at_one_row_see_both_texts(open_page: Open, secretary: User, sign_in: SignIn) -> None:
    first, second = open_page(), open_page(width=390)
    for page, text in ((first, "First"), (second, "Second")):
        sign_in(page, secretary)
        page.goto(ADDRESS)
        page.get_by_label("Edit milestone 1.1").click()
        page.get_by_label(MECHANISM).fill(text)
    first.get_by_role("button", name="Save", exact=True).click()
    said(first, "Saved: milestone 1.1.")
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.get_by_role("radio", name="Keep mine, above")).to_be_checked()
    expect(second.get_by_label(MECHANISM)).to_have_value("Second")
    expect(second.locator(".theirs ins")).to_have_text("First")
    expect(second.locator(".conflict")).to_be_focused()
    assert is_usable(second)
    second.get_by_role("radio", name="Take theirs").check()
    second.get_by_role("button", name="Save", exact=True).click()
    said(second, "Saved: milestone 1.1.")
    assert [str(step.mechanism) for step in milestones()] == ["First"]


def test_who_is_signed_out_meanwhile_saves_after_signing_in_again(
    open_page: Open, secretary: User, sign_in: SignIn
) -> None:
    page = open_page()
    sign_in(page, secretary)
    page.goto(ADDRESS)
    page.get_by_label("Edit milestone 1.1").click()
    page.get_by_label(MECHANISM).fill("Typed before")
    page.context.clear_cookies(name="sessionid")
    page.evaluate("console.error = () => {}")  # htmx tells the console of each refusal
    page.get_by_role("button", name="Save", exact=True).click()
    said(page, "you are signed out")
    other = page.context.new_page()
    sign_in(other, secretary)
    page.get_by_role("button", name="Save", exact=True).click()
    said(page, "Saved: milestone 1.1.")
    assert milestones()[0].mechanism.texts["en"] == "Typed before"
