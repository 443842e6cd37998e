"""An authenticator in the browser, and adding a passkey with it as a person does."""

from dataclasses import dataclass
from typing import Self

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import PASSWORD

COUNT_CLICKS = """addEventListener("click", e => {
    if (e.isTrusted) sessionStorage.clicks = Number(sessionStorage.clicks || 0) + 1 }, true)"""


@dataclass
class Device:
    """A browser whose device has an authenticator, and which counts the clicks of its person."""

    page: Page
    devtools: CDPSession
    authenticator: str

    @classmethod
    def of(cls, page: Page) -> Self:
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        page.add_init_script(COUNT_CLICKS)
        return cls(page, devtools, made["authenticatorId"])

    def verifies(self, yes: bool) -> None:
        """Whether the person's finger, or PIN, is the right one."""
        told = {"authenticatorId": self.authenticator, "isUserVerified": yes}
        self.devtools.send("WebAuthn.setUserVerified", told)

    def create_passkey(self) -> None:
        """On the page that adds one: two clicks."""
        self.page.get_by_role("button", name="Create the passkey").click()
        self.page.get_by_role("button", name="I have written it down").click()

    def confirm_password(self) -> None:
        """Where it is asked for: the person signed in some minutes ago."""
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Continue").click()

    @property
    def clicks(self) -> int:
        return int(self.page.evaluate("Number(sessionStorage.clicks || 0)"))

    def start_counting(self) -> None:
        self.page.evaluate("sessionStorage.clicks = 0")


def pass_minutes(minutes: int) -> None:
    """Every session's proofs of identity are that much older."""
    for row in Session.objects.all():
        store = SessionStore(row.session_key)
        store[RECORDS] = [record | {"at": record["at"] - 60 * minutes} for record in store.get(RECORDS, [])]
        store.save()


def expect_sign_button_in_view(page: Page) -> None:
    expect(page.get_by_role("button", name="Sign with my passkey")).to_be_in_viewport()
