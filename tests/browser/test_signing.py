"""Two co-chairs sign with a passkey each, in a real browser with a virtual authenticator: from none to version 1."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import EnrolledKey, User
from audit.models import Event
from roadmaps.models import Milestone, Proposal, RoadMapVersion, Signature
from roadmaps.services import publish
from tests.browser.axe import faults
from tests.browser.conftest import PASSWORD, Open, SignIn
from tests.browser.passkeys import Device, expect_sign_button_in_view, pass_minutes
from tests.scenarios import people

PAGE = "/proposals/RM-07.P1/"
SIGN = "Sign with my passkey"


class Chair(Device):
    """A co-chair at their own browser, with an authenticator in it."""

    def enrol(self) -> None:
        """From the proposal's page and back to it: three clicks."""
        self.page.get_by_role("link", name="Add a passkey to sign").click()
        self.create_passkey()
        self.page.wait_for_url(f"**{PAGE}#sign")
        expect_sign_button_in_view(self.page)

    def press_until(self, name: str) -> None:
        """Go there with the Tab key alone, and press Enter."""
        focused = self.page.locator(":focus")
        for _press in range(80):
            self.page.keyboard.press("Tab")
            if focused.count() and focused.inner_text().strip() == name:
                return self.page.keyboard.press("Enter")
        raise AssertionError(f"The Tab key does not reach “{name}”.")


@pytest.fixture
def chair(
    open_page: Open, sign_in: SignIn, live_server: LiveServer, settings: Settings, programme: None
) -> Callable[..., Chair]:
    """`chair("UZ", width=390)`: signed in with the password, at a published proposal."""
    settings.ORIGIN, settings.RP_ID = live_server.url, "localhost"
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    secretary = people.seat("secretary", "UZ", "energy")
    proposal = Proposal.objects.get(road_map__reference="RM-07", number=1)
    publish(proposal=proposal, by=people.actor_for(secretary), now=timezone.now())

    def seated(side: str, width: int = 1440) -> Chair:
        user: User = people.seat("co_chair", side, "energy")
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        page = open_page(width=width)
        chair = Chair.of(page)
        sign_in(page, user)
        page.goto(PAGE)
        return chair

    return seated


def test_from_no_passkey_to_version_1_with_the_mouse_and_at_390_px_by_keyboard(chair: Callable[..., Chair]) -> None:
    uz = chair("UZ")
    assert faults(uz.page) == []
    uz.enrol()
    uz.page.get_by_role("button", name=SIGN).click()
    expect(uz.page.get_by_role("status")).to_contain_text("You have signed.")
    expect(uz.page.get_by_role("button", name="Withdraw my signature")).to_be_visible()
    kr = chair("KR", width=390)
    kr.enrol()
    expect(kr.page.locator(".state")).to_contain_text("If you sign,")
    assert faults(kr.page) == []
    kr.press_until("Go to signature")
    kr.press_until(SIGN)
    expect(kr.page.locator(".state")).to_contain_text("In force as version 1 since")
    assert faults(kr.page) == []
    uz.page.reload()
    expect(uz.page.locator(".keyhole .st-done")).to_have_count(2)
    assert RoadMapVersion.objects.get().revision.reference == "RM-07.P1.R1"
    uz.page.goto("/signing-keys/")
    expect(uz.page.locator("pre")).to_contain_text("BEGIN PUBLIC KEY")
    assert faults(uz.page) == []


def test_the_browser_shows_the_fingerprint_of_a_new_key_before_the_key_is_sent(chair: Callable[..., Chair]) -> None:
    uz = chair("UZ", width=390)
    sent: list[str] = []
    uz.page.on("request", lambda request: sent.append(request.method) if "/webauthn/add/" in request.url else None)
    uz.page.get_by_role("link", name="Add a passkey to sign").click()
    assert faults(uz.page) == []
    uz.page.get_by_role("button", name="Create the passkey").click()
    expect(uz.page.locator("#new-key")).to_be_focused()
    assert "POST" not in sent and not EnrolledKey.objects.exists()
    assert faults(uz.page) == []
    shown = uz.page.locator("#new-key-fingerprint").inner_text()
    uz.page.get_by_role("button", name="I have written it down").click()
    uz.page.wait_for_url(f"**{PAGE}#sign")
    assert EnrolledKey.objects.get().fingerprint == shown.replace(" ", "")
    uz.page.goto("/signing-keys/")
    expect(uz.page.locator("dd .hash")).to_have_text(shown)


def test_a_finger_that_is_not_theirs_turns_nothing_and_the_page_says_so(chair: Callable[..., Chair]) -> None:
    uz = chair("UZ")
    uz.enrol()
    uz.verifies(False)
    said = uz.page.locator("#passkey-failed")
    expect(said).to_be_hidden()
    uz.page.get_by_role("button", name=SIGN).click()
    expect(said).to_be_visible(timeout=30_000)
    assert not Signature.objects.exists() and faults(uz.page) == []
    uz.verifies(True)
    uz.page.get_by_role("button", name=SIGN).click()
    expect(uz.page.get_by_role("status")).to_contain_text("You have signed.")


def test_what_changed_meanwhile_is_said_at_the_top_of_the_page(chair: Callable[..., Chair]) -> None:
    uz = chair("UZ")
    uz.enrol()
    other = uz.page.context.new_page()
    other.goto(PAGE)
    other.get_by_label("Reason (visible to the other side)").fill("The date is too late.")
    other.get_by_role("button", name="Refuse this revision").click()
    expect(other.locator(".state")).to_contain_text("The Uzbek side has refused it.")
    uz.page.get_by_role("button", name=SIGN).click()
    summary = uz.page.locator("#error-summary")
    expect(summary).to_contain_text("This revision was refused")
    expect(summary).to_be_focused()
    assert not Signature.objects.exists() and Event.objects.filter(kind="signature refused").count() == 1
    assert faults(uz.page) == []


def test_an_agreed_date_moves_with_the_second_key_of_version_2(
    chair: Callable[..., Chair], open_page: Open, sign_in: SignIn
) -> None:
    chairs = [chair("UZ"), chair("KR")]
    for each in chairs:
        each.enrol()
        each.page.get_by_role("button", name=SIGN).click()
        expect(each.page.get_by_role("status")).to_contain_text("signed")
    secretary = people.seat("secretary", "KR", "energy")
    secretary.set_password(PASSWORD)
    secretary.save(update_fields=["password"])
    page = open_page()
    sign_in(page, secretary)
    page.goto("/road-maps/RM-07/")
    expect(page.locator(".state")).to_contain_text("Version 1 in force")
    page.get_by_role("button", name="Propose a change").click()
    page.get_by_label("Edit milestone 1.1").click()
    page.get_by_label("How exactly").select_option("year")
    page.get_by_label("Year", exact=True).fill("2028")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved: milestone 1.1.").first).to_be_visible()
    page.goto("/proposals/RM-07.P2/")
    expect(page.locator("ins").first).to_contain_text("2028")
    page.get_by_role("button", name="Publish").first.click()
    page.goto("/road-maps/RM-07/")
    expect(page.locator("#table .st-pending")).to_contain_text("2028")
    for each in chairs:
        assert Milestone.objects.get().due_on is None
        each.page.goto("/proposals/RM-07.P2/")
        each.page.get_by_role("button", name=SIGN).click()
        expect(each.page.get_by_role("status")).to_contain_text("signed")
    page.reload()
    expect(page.locator(".state")).to_contain_text("Version 2 in force")
    assert str(Milestone.objects.get().due_on) == "2028-12-31"
    page.goto("/road-maps/RM-07/?version=2&against=1")
    expect(page.locator("#h-diff")).to_contain_text("version 2")
    assert faults(page) == []


def test_from_the_desk_to_the_first_signature_are_four_clicks_and_no_second_password(
    chair: Callable[..., Chair],
) -> None:
    uz = chair("UZ")
    uz.page.goto("/")
    uz.start_counting()
    uz.page.get_by_role("link", name="Add a passkey to sign").click()
    expect(uz.page.get_by_role("heading", level=1)).to_have_text("Add a passkey to sign")
    uz.create_passkey()
    uz.page.wait_for_url(f"**{PAGE}#sign")
    expect_sign_button_in_view(uz.page)
    expect(uz.page.get_by_role("status")).to_contain_text("The passkey was added.")
    uz.page.get_by_role("button", name=SIGN).click()
    expect(uz.page.get_by_role("status")).to_contain_text("You have signed.")
    assert uz.clicks == 4


def test_who_reads_for_long_confirms_the_password_and_loses_nothing(chair: Callable[..., Chair]) -> None:
    uz = chair("UZ", width=390)
    pass_minutes(6)
    uz.page.get_by_role("link", name="Add a passkey to sign").click()
    assert faults(uz.page) == []
    uz.confirm_password()
    uz.page.get_by_role("button", name="Create the passkey").click()
    expect(uz.page.locator("#new-key")).to_be_focused()
    pass_minutes(6)
    uz.page.get_by_role("button", name="I have written it down").click()
    uz.confirm_password()
    uz.page.wait_for_url(f"**{PAGE}#sign")
    expect_sign_button_in_view(uz.page)


def test_where_it_is_required_the_first_sign_in_leads_to_it_and_on_to_the_signature(
    chair: Callable[..., Chair], settings: Settings
) -> None:
    uz = chair("UZ", width=390)
    settings.REQUIRE_SECOND_FACTOR = True
    uz.page.goto("/")
    uz.start_counting()
    expect(uz.page.get_by_role("heading", level=1)).to_have_text("Add a passkey to sign")
    assert faults(uz.page) == []
    uz.create_passkey()
    uz.page.wait_for_url("**/")
    uz.page.get_by_role("link", name="Read and sign").click()
    uz.page.get_by_role("button", name=SIGN).click()
    expect(uz.page.get_by_role("status")).to_contain_text("You have signed.")
    assert uz.clicks == 4
