"""The road map corrected in place by a person with a keyboard, or with a telephone; with the script and without it."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from roadmaps.models import Proposal
from tests.browser.axe import faults
from tests.browser.conftest import PASSWORD, Open, SignIn
from tests.scenarios import people

ADDRESS = "/proposals/RM-07.P1/edit/"


@pytest.fixture
def secretary(programme: None) -> User:
    user = people.seat("secretary", "UZ", "energy")
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def draft() -> Proposal:
    return Proposal.objects.get(road_map__reference="RM-07", number=1)


def tab_to(page: Page, name: str) -> None:
    """As somebody without a mouse gets there."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent + (document.activeElement.ariaLabel || '')").startswith(
            name
        ):
            return
    raise AssertionError(f"“{name}” is not reached by the keyboard.")


def test_by_keyboard_alone_a_draft_is_corrected_and_saved(open_page: Open, secretary: User, sign_in: SignIn) -> None:
    page = open_page()
    sign_in(page, secretary)
    page.goto(ADDRESS)
    page.get_by_label("Mechanism of implementation, milestone 1.1, English").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("Hold the dialogue")
    # Enter in a box of one line shows what differs, and stores nothing
    page.get_by_label("Number, milestone 1.1").focus()
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    expect(page.locator(".state")).to_contain_text("1 change is not saved yet")
    page.get_by_label("How exactly, milestone 1.1").focus()
    page.keyboard.type("in a q")
    expect(page.get_by_label("Quarter, milestone 1.1")).to_be_visible()
    expect(page.get_by_label("Month, milestone 1.1")).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.type("III")
    page.keyboard.press("Tab")
    page.keyboard.type("2027")
    tab_to(page, "Add a milestone")
    page.keyboard.press("Enter")
    # the new row is where one goes on
    expect(page.get_by_label("Number, milestone 1.2")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("Sign the minutes")
    tab_to(page, "Save")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("Saved.")).to_be_visible()
    steps = [step for _section, _measure, step in draft().document.milestones()]
    assert [str(step.mechanism) for step in steps] == ["Hold the dialogue", "Sign the minutes"]
    assert str(steps[0].deadline.due_on) == "2027-09-30"


def test_on_a_telephone_an_error_is_named_reached_and_put_right(
    open_page: Open, secretary: User, sign_in: SignIn
) -> None:
    page = open_page(width=390)
    sign_in(page, secretary)
    page.goto(ADDRESS)
    page.get_by_label("How exactly, milestone 1.1").select_option("day")
    page.get_by_label("Day, milestone 1.1").fill("30")
    page.get_by_label("Month, milestone 1.1").select_option("2")
    page.get_by_label("Year, milestone 1.1").fill("2027")
    page.get_by_role("button", name="Save", exact=True).click()
    assert page.title().startswith("Error:")
    expect(page.locator("#error-summary")).to_be_focused()
    page.locator("#error-summary a").click()
    expect(page.locator(":target")).to_be_in_viewport()
    expect(page.get_by_label("Day, milestone 1.1")).to_have_value("30")
    assert faults(page) == []
    page.get_by_label("Day, milestone 1.1").fill("28")
    page.get_by_role("button", name="Drop milestone 1.1").click()
    expect(page.get_by_role("button", name="Bring back milestone 1.1")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Bring back milestone 1.1").click()
    expect(page.get_by_label("Day, milestone 1.1")).to_have_value("28")
    page.get_by_role("button", name="Save and read what changes").click()
    page.wait_for_url("**/proposals/RM-07.P1/")
    assert [str(step.deadline.due_on) for _s, _m, step in draft().document.milestones()] == ["2027-02-28"]


def test_two_people_at_one_draft_see_both_versions(open_page: Open, secretary: User, sign_in: SignIn) -> None:
    first, second = open_page(), open_page(width=390)
    for page, text in ((first, "First"), (second, "Second")):
        sign_in(page, secretary)
        page.goto(ADDRESS)
        page.get_by_label("Mechanism of implementation, milestone 1.1, English").fill(text)
    for page in (first, second):
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_load_state()
    expect(second.get_by_role("radio", name="Mine")).to_be_checked()
    expect(second.get_by_label("Mechanism of implementation, milestone 1.1, English")).to_have_value("Second")
    assert faults(second) == []
    second.get_by_role("radio", name="Theirs").check()
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.get_by_role("status").get_by_text("Saved.")).to_be_visible()
    assert [str(step.mechanism) for _s, _m, step in draft().document.milestones()] == ["First"]
