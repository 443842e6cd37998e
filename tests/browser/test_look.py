"""Every page, wide and narrow, light and dark: usable with a screen reader, within the policy, no sideways scroll."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Organisation, User
from accounts.policy.actors import system_actor
from reminders.default_stages import ensure_stages
from reminders.models import Message, Notice, Stage
from roadmaps.document.identity import identity
from roadmaps.models import Milestone
from tests.browser.axe import COLOURS, faults
from tests.browser.conftest import Open, SignIn
from tests.scenarios.people import put_in_force
from tests.scenarios.reminders import move, on
from tests.scenarios.screens import admin_pages

# of chemistry's road map, which these tests put in force
MILESTONE = f"/milestones/{identity('milestone', 'D05')}/"
# its deadline here: a Wednesday within the 30 days that are shown as coming
DEADLINE = timezone.localdate() + timedelta(days=10 + (2 - timezone.localdate().weekday()) % 7)

# who looks ("" is somebody not signed in), the address. Add a page here when it is made; those of the admin are found.
PAGES: tuple[tuple[str, str], ...] = (
    ("", "/accounts/login/"),
    ("", "/accounts/password/reset/"),
    ("", "/nowhere/"),
    ("administrator", "/"),
    ("administrator", "/#nav-sidebar"),
    ("administrator", "/programme/"),
    ("administrator", "/areas/"),
    ("administrator", "/areas/energy/"),
    ("administrator", "/road-maps/"),
    ("administrator", "/road-maps/RM-07/"),
    ("administrator", "/road-maps/RM-03/"),
    ("administrator", "/road-maps/RM-03/?only=late"),
    ("administrator", MILESTONE),
    ("officer", MILESTONE),
    ("officer", "/reminders/"),
    ("officer", "/reminders/to-come/"),
    ("officer", "/reminders/troubles/"),
    ("administrator", "/proposals/"),
    ("administrator", "/proposals/RM-03.P1/"),
    ("administrator", "/signing-keys/"),
    ("auditor", MILESTONE),
    ("auditor", "/reminders/"),
    ("auditor", "/reminders/to-come/"),
    ("auditor", f"/reminders/dry-run/?day={DEADLINE}"),
    ("auditor", "/reminders/dry-run/?day=soon"),
    ("auditor", "/reminders/troubles/"),
    ("auditor", "/reminders/1/"),
    ("administrator", "/decisions/D05/"),
    ("administrator", "/projects/D05/"),
    ("administrator", "/organisations/minenergy/"),
    ("administrator", "/meetings/summit-2024/"),
    ("administrator", "/search/?q=energy"),
    ("administrator", "/search/?q=no+such+thing"),
    ("administrator", "/nowhere/"),
    ("administrator", "/admin/accounts/organisation/"),
    ("administrator", "/admin/accounts/organisation/?kind__exact=ministry#changelist-filter"),
    ("administrator", "/admin/accounts/organisation/?q=no+such+thing"),
    ("administrator", "/admin/accounts/organisationname/add/"),
    ("administrator", "/admin/accounts/user/"),
    ("administrator", "/admin/accounts/user/add/"),
    ("administrator", "/admin/accounts/membership/"),
    ("administrator", "/admin/accounts/membership/add/"),
    ("administrator", "/admin/accounts/seat/"),
    ("administrator", "/admin/accounts/seat/add/"),
    ("administrator", "/admin/accounts/workinggroup/"),
    ("administrator", "/admin/programme/decision/"),
    ("administrator", "/admin/programme/meeting/"),
    ("administrator", "/admin/programme/project/"),
    ("administrator", "/accounts/2fa/"),
    ("administrator", "/accounts/2fa/totp/activate/"),
    ("administrator", "/accounts/2fa/webauthn/add/"),
    ("administrator", "/accounts/password/change/"),
    ("administrator", "/accounts/reauthenticate/"),
    ("administrator", "/accounts/logout/"),
    ("reader", "/"),
    ("reader", "/admin/accounts/user/"),
    ("reader", "/admin/accounts/seat/add/"),
    ("reader", "/admin/accounts/organisation/"),
    ("reader", "/admin/accounts/seat/"),
)


def tell(user: User) -> None:
    """Mail number 1, sent to the person, with one reminder in it; one that is refused and one that waits too long."""
    milestone = Milestone.objects.get(uid=identity("milestone", "D05"))
    move(milestone, on(DEADLINE))
    ensure_stages(by=system_actor("tests"))
    now = timezone.now()
    raw = b"To: officer@example.invalid\r\nSubject: 1 deadline\r\nContent-Language: en\r\n\r\n" + b"Steel " * 40
    message = Message.objects.create(pk=1, recipient=user, created_at=now, state="sent", sent_at=now, raw=raw)
    organisation, planned = Organisation.objects.get(code="uzkimyosanoat"), now - timedelta(hours=2)
    states: tuple[dict[str, Any], ...] = (
        {"state": "sent", "message": message},
        {"state": "refused", "why": "550 5.1.1 No such user here"},
        {"state": "waiting"},
    )
    for stage, columns in zip(Stage.objects.all(), states, strict=True):
        Notice.objects.create(
            subject_kind="milestone",
            subject_id=milestone.pk,
            stage=stage,
            recipient=user,
            organisation=organisation,
            capacity="officer",
            anchor=DEADLINE,
            moment=planned,
            planned_at=planned,
            **columns,
        )


@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_is_without_fault_in_light_and_in_dark(
    open_page: Open, programme: None, person: Callable[[str, str], User], sign_in: SignIn, width: int
) -> None:
    put_in_force("RM-03", party="kia")
    tell(person("officer", "uzkimyosanoat"))
    found: list[str] = []
    pages = dict.fromkeys([*PAGES, *(("administrator", address) for address in admin_pages())])
    for who in sorted({who for who, _address in pages}):
        page = open_page(width=width)
        if who:
            sign_in(page, person(who, "uzkimyosanoat" if who == "officer" else "miit"))
        for _who, address in (row for row in pages if row[0] == who):
            page.emulate_media(color_scheme="light")
            page.goto(address)
            found += [f"{who or 'anonymous'} {address}: {fault}" for fault in faults(page)]
            page.emulate_media(color_scheme="dark")
            found += [f"{who or 'anonymous'} {address}, dark: {fault}" for fault in faults(page, COLOURS)]
    assert found == []


def test_a_form_with_an_error_names_it_first_and_keeps_what_was_typed(
    open_page: Open, person: Callable[[str, str], User], sign_in: SignIn
) -> None:
    page = open_page()
    sign_in(page, person("administrator", "miit"))
    page.goto("/admin/accounts/organisationname/add/")
    page.get_by_label("Abbreviation").fill("ABC")
    page.get_by_role("button", name="Save", exact=True).click()
    assert page.title().startswith("Error:")
    expect(page.locator("#error-summary")).to_be_focused()
    page.locator("#error-summary a").first.click()
    expect(page.locator(":target")).to_be_visible()
    expect(page.get_by_label("Abbreviation")).to_have_value("ABC")
    assert faults(page) == []


def test_two_people_at_one_record_see_both_versions(
    open_page: Open, person: Callable[[str, str], User], sign_in: SignIn
) -> None:
    first, second = open_page(), open_page(width=390)
    organisation = Organisation.objects.get(code="minenergy")
    for page in (first, second):
        sign_in(page, person("administrator", "miit"))
        page.goto(f"/admin/accounts/organisation/{organisation.pk}/change/")
    for page, note in ((first, "First"), (second, "Second")):
        page.get_by_label("Note").fill(note)
        page.get_by_label("Reason").fill("A letter")
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_load_state()
    expect(second.get_by_role("radio", name="Mine")).to_have_count(1)
    expect(second.get_by_role("radio", name="Mine")).to_be_checked()
    expect(second.get_by_role("textbox", name="Note")).to_have_value("Second")
    assert faults(second) == []
    second.get_by_role("button", name="Save", exact=True).click()
    second.wait_for_load_state()
    second.goto(f"/admin/accounts/organisation/{organisation.pk}/history/")
    expect(second.locator("ins")).to_have_text(["Second", "First"])
    assert faults(second) == []


def test_a_day_is_given_in_the_browsers_own_input(
    open_page: Open, person: Callable[[str, str], User], sign_in: SignIn
) -> None:
    page = open_page(width=390)
    sign_in(page, person("administrator", "miit"))
    page.goto("/admin/accounts/membership/add/")
    days = page.locator("input[type=date]")
    expect(days).to_have_count(2)
    days.last.fill("2030-12-31")
    expect(days.last).to_have_value("2030-12-31")
    assert faults(page) == []


def test_the_language_is_kept_and_returns_to_the_page(
    open_page: Open, person: Callable[[str, str], User], sign_in: SignIn
) -> None:
    page, user = open_page(), person("reader", "miit")
    sign_in(page, user)
    page.goto("/admin/accounts/seat/")
    page.get_by_role("button", name="Русский").click()
    page.wait_for_url("**/admin/accounts/seat/")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    user.refresh_from_db()
    assert user.language == "ru"


def test_the_jump_box_answers_to_ctrl_k_and_escape_closes_the_drawer(
    open_page: Open, person: Callable[[str, str], User], sign_in: SignIn
) -> None:
    page = open_page()
    sign_in(page, person("reader", "miit"))
    page.goto("/admin/accounts/organisation/")
    page.keyboard.press("Control+k")
    expect(page.locator("#jump")).to_be_focused()
    page.get_by_role("link", name="Filters").click()
    expect(page.locator("#changelist-filter")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#changelist-filter")).to_be_hidden()


def test_the_policy_is_in_force_and_what_it_refuses_is_heard(
    open_page: Open, complaints: list[str], programme: None
) -> None:
    page = open_page()
    page.goto("/accounts/login/")
    style = "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">red</p>')"
    script = "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))"
    for bad in (style, script):
        with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
            page.evaluate(bad)
    page.close()
    assert {"style-src", "script-src"} <= {
        word for said in complaints for word in re.findall(r"style-src|script-src", said)
    }
    complaints.clear()


def test_a_passkey_that_fails_is_told_to_the_person(open_page: Open, programme: None) -> None:
    page = open_page()
    page.goto("/accounts/login/")
    expect(page.locator("#passkey-failed")).to_be_hidden()
    page.evaluate('document.dispatchEvent(new CustomEvent("allauth.error", {cancelable: true}))')
    expect(page.locator("#passkey-failed")).to_be_visible()
    assert faults(page) == []
