"""A real browser on a live server with the real programme. Whatever the browser complains of fails the test."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.scenarios import people

# Playwright's own event loop runs in the thread of the test, which Django would take for asynchronous code
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PASSWORD = "a sample password of the tests"
# an address that answers 403 or 404 is said so by the browser too: the test asks for it
EXPECTED = "Failed to load resource: the server responded with a status of 40"
TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation",
    e => window.tellViolation(`${e.effectiveDirective} ${e.blockedURI} ${e.sample}`))"""

SignIn = Callable[[Page, User], None]
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not here: the browser tests need it (on Debian: apt install chromium).")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
        )
        yield running
        running.close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the browser said against our pages: refused by the policy, an error of a script, a file that is missing."""
    said: list[str] = []
    yield said
    assert said == []


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, complaints: list[str]) -> Iterator[Open]:
    """`open_page(width=390)`: a fresh browser, signed in nowhere, at the address of the live server."""
    contexts: list[BrowserContext] = []

    def opened(*, width: int = 1440, height: int = 900, java_script_enabled: bool = True) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            locale="en-GB",
            java_script_enabled=java_script_enabled,
        )
        contexts.append(context)
        page = context.new_page()

        def heard(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning") and not message.text.startswith(EXPECTED):
                complaints.append(f"{page.url}: {message.text}")

        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.expose_function("tellViolation", lambda what: complaints.append(f"{page.url}: the policy refused {what}"))
        page.add_init_script(TELL_VIOLATIONS)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def person(programme: None) -> Callable[[str, str], User]:
    """`person("administrator", "miit")`: somebody who can sign in."""

    def made(role: str, code: str) -> User:
        user = people.person(role, code)
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        return user

    return made


@pytest.fixture
def sign_in() -> SignIn:
    """Through the form, as a person does."""

    def signed_in(page: Page, user: User) -> None:
        page.goto("/accounts/login/")
        page.get_by_label("Email").fill(user.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("/")

    return signed_in
