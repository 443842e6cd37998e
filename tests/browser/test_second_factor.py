"""An administrator adds a passkey and uses it before changing people, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership, User
from tests.browser.axe import faults
from tests.browser.conftest import Open, SignIn
from tests.browser.passkeys import Device, pass_minutes


@pytest.mark.parametrize("width", [1440, 390])
def test_a_passkey_is_used_before_people_are_changed_and_nothing_typed_is_lost(
    width: int,
    open_page: Open,
    sign_in: SignIn,
    person: Callable[[str, str], User],
    live_server: LiveServer,
    settings: Settings,
) -> None:
    settings.ORIGIN, settings.RP_ID = live_server.url, "localhost"
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    administrator, officer = person("administrator", "miit"), person("officer", "minenergy")
    form = f"/admin/accounts/user/{officer.pk}/change/"
    page = open_page(width=width)
    device = Device.of(page)
    sign_in(page, administrator)
    page.goto("/accounts/2fa/")
    assert faults(page) == []
    page.get_by_role("link", name="Add a passkey").click()
    device.create_passkey()
    page.wait_for_url("**/accounts/2fa/")
    assert faults(page) == []
    page.goto(form)
    expect(page.get_by_role("heading", level=1)).to_have_text("Verify your identity")
    assert faults(page) == []
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url(f"**{form}")
    page.get_by_label("Name").fill("Nodira Yusupova")
    page.get_by_label("Reason for the change").fill("Married.")
    pass_minutes(6)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nothing was saved yet")
    assert faults(page) == []
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Verify your identity in a new tab").click()
    tab = opened.value
    tab_device = Device.of(tab)
    copy_passkey(device, tab_device)
    tab.get_by_role("button", name="Use my passkey").click()
    tab.wait_for_url(f"**{form}")
    tab.close()
    page.get_by_role("button", name="Send again").click()
    page.wait_for_url("**/admin/accounts/user/")
    assert User.objects.get(pk=officer.pk).name == "Nodira Yusupova"
    assert Membership.objects.filter(user=officer).count() == 1


def copy_passkey(device: Device, other: Device) -> None:
    """The tabs of one browser share its device; a virtual authenticator belongs to one tab."""
    held = device.devtools.send("WebAuthn.getCredentials", {"authenticatorId": device.authenticator})
    for credential in held["credentials"]:
        told = {"authenticatorId": other.authenticator, "credential": credential}
        other.devtools.send("WebAuthn.addCredential", told)
