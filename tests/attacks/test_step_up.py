"""A stolen session changes no second factor, no person and no right: that takes a second factor of the last minutes."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from typing import Any, cast

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.core.cache import cache
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Organisation, Seat, ServiceAccount, User, WorkingGroup
from accounts.policy.access import access_of
from accounts.signin.step_up import RECENT, is_recent
from accounts.web.admin_site import StaffSite
from audit.models import Event
from tests.scenarios.pages import html_of
from tests.scenarios.people import loner, person, seat, service_account
from tests.scenarios.second_factor import (
    code_now,
    later,
    prove_again,
    records,
    recovery_code,
    signed_in,
    stop_the_half_minute,
    with_app,
    with_password,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

RIGHTS = {"membership.manage", "seat.manage", "service_account.manage"}
OWN_FACTORS = (
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
)
VERIFY = "/accounts/2fa/reauthenticate/"


@pytest.fixture(autouse=True)
def _half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_the_half_minute(monkeypatch)


@pytest.fixture
def administrator() -> User:
    return with_app(person("administrator", "miit"))


def fresh(user: User) -> Client:
    return signed_in(user, code_now())


def old_code(user: User) -> Client:
    """Signed in with a code, five minutes ago."""
    return later(fresh(user), RECENT)


def password_again(user: User) -> Client:
    """As above, and the password proved a moment ago."""
    return prove_again(old_code(user), method="password")


def by_recovery_code(user: User) -> Client:
    return signed_in(user, recovery_code(user))


def recovery_code_again(user: User) -> Client:
    row = Authenticator.objects.get(user=user, type="recovery_codes")
    return prove_again(old_code(user), method="mfa", type="recovery_codes", id=row.pk)


def with_another_factor(user: User) -> Client:
    """A record of a second factor that is not, or no longer, the person's."""
    return prove_again(old_code(user), method="mfa", type="totp", id=0)


def by_cookie_alone(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


STOLEN: tuple[Callable[[User], Client], ...] = (
    old_code,
    password_again,
    by_recovery_code,
    recovery_code_again,
    with_another_factor,
    by_cookie_alone,
)
stolen = pytest.mark.parametrize("thief", STOLEN, ids=lambda thief: thief.__name__)


def state() -> list[Any]:
    """All that a thief would want to change."""
    tables = (Authenticator, User, Membership, Seat, ServiceAccount)
    return [list(table.objects.order_by("pk").exclude(pk=None).values("pk", *own)) for table, own in zip(
        tables, (("type",), ("email", "is_active"), ("valid_to",), ("valid_to",), ("scopes", "revoked_at")), strict=True
    )]  # fmt: skip


def assert_asks(client: Client, address: str, sent: dict[str, str]) -> None:
    """The page leads to the check and back; the form, sent all the same, changes nothing and keeps what was typed."""
    led = client.get(address)
    assert (led.status_code, led["Location"]) == (302, f"{VERIFY}?next={address.replace('/', '%2F')}"), address
    before, events = state(), Event.objects.filter(kind="second factor missing").count()
    late = client.post(address, sent)
    assert late.status_code == 403 and state() == before, address
    assert typed(late) == sent and "Nothing was saved" in html_of(late)
    assert Event.objects.filter(kind="second factor missing").count() == events + 1


def typed(response: Any) -> dict[str, str]:
    """The hidden fields of the page that came too late, as a browser would send them."""
    fields = re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html_of(response).partition('id="again"')[2]
    )
    return {unescape(name): unescape(value) for name, value in fields if name != "csrfmiddlewaretoken"}


@stolen
def test_without_a_recent_second_factor_none_is_added_removed_or_shown(
    thief: Callable[[User], Client], administrator: User
) -> None:
    client = thief(administrator)
    for name in OWN_FACTORS:
        args = [1] if name in ("mfa_edit_webauthn", "mfa_remove_webauthn") else []
        assert_asks(client, reverse(name, args=args), {"name": "Thief’s <key>", "credential": "{}", "code": "000000"})


def screens() -> Iterator[Any]:
    yield from (screen for screen in cast(StaffSite, admin.site).screens() if screen.step_up)


def test_every_screen_of_people_and_rights_declares_the_guard() -> None:
    of_rights = {
        screen.model for screen in cast(StaffSite, admin.site).screens() if access_of(screen.model).edit in RIGHTS
    }
    assert {screen.model for screen in screens()} == of_rights == {User, Membership, Seat, ServiceAccount}


@pytest.fixture
def rows() -> dict[type[Any], Any]:
    """One record for each guarded screen, which the administrator of the coordinator manages."""
    officer = person("officer", "minenergy")
    return {
        User: officer,
        Membership: Membership.objects.get(user=officer),
        Seat: Seat.objects.get(user=seat("member", "UZ", "energy")),
        ServiceAccount: service_account("minenergy", ["read"]),
    }


def forms(rows: dict[type[Any], Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Every form of every guarded screen, filled in as somebody with the right would."""
    soon = str(timezone.localdate() + timedelta(days=2))
    energy, organisation = WorkingGroup.objects.get(code="energy"), Organisation.objects.get(code="minenergy")
    changes: dict[Any, dict[str, str]] = {
        User: {"name": "New", "email": "thief@example.invalid", "is_active": "on"},
        Membership: {"valid_to": soon},
        Seat: {"valid_to": soon},
        ServiceAccount: {"name": "New", "scopes": "finance", "revoked": "on"},
    }
    additions: dict[Any, dict[str, str]] = {
        User: {"name": "New", "email": "new@example.invalid", "role": "administrator", "valid_from": soon,
               "organisation": str(organisation.pk)},
        Membership: {"user": str(rows[User].pk), "organisation": str(organisation.pk), "role": "head",
                     "valid_from": soon},
        Seat: {"user": str(rows[User].pk), "group": str(energy.pk), "role": "secretary", "valid_from": soon},
        ServiceAccount: {"organisation": str(organisation.pk), "name": "New", "scopes": "read"},
    }  # fmt: skip
    for screen in screens():
        row = rows[screen.model]
        begins = f"admin:accounts_{screen.opts.model_name}"
        based_on = {"reason": "So it is.", "based_on": str(row.row_version)}
        yield reverse(f"{begins}_change", args=[row.pk]), changes[screen.model] | based_on
        assert screen.addable
        yield reverse(f"{begins}_add"), additions[screen.model] | {"reason": "So it is."}


@stolen
def test_without_a_recent_second_factor_no_person_and_no_right_is_changed(
    thief: Callable[[User], Client], administrator: User, rows: dict[type[Any], Any]
) -> None:
    client = thief(administrator)
    asked = 0
    for address, sent in forms(rows):
        assert_asks(client, address, sent)
        asked += 1
    assert asked == 8


def test_with_a_recent_second_factor_the_same_forms_save(administrator: User, rows: dict[type[Any], Any]) -> None:
    client = fresh(administrator)
    for address, sent in forms(rows):
        before = state()
        assert client.get(address).status_code == 200
        answer = client.post(address, sent)
        assert answer.status_code == 302 or "secret" in html_of(answer), html_of(answer)
        assert state() != before, address


def test_what_came_too_late_is_sent_again_after_the_check(administrator: User, rows: dict[type[Any], Any]) -> None:
    client = old_code(administrator)
    client.get("/")  # a page that asks for nothing
    address, sent = next(forms(rows))
    late = client.post(address, sent)
    verify = re.search(r'href="(/accounts/2fa/reauthenticate/[^"]+)"', html_of(late))
    assert verify and client.get(unescape(verify[1])).status_code == 200
    prove_by_code(client, administrator, next_page=address)
    assert client.post(address, typed(late)).status_code == 302
    assert User.objects.get(pk=rows[User].pk).email == "thief@example.invalid"


def prove_by_code(client: Client, user: User, next_page: str) -> None:
    """Through the form; the code of this half minute was used to sign in, so it is forgotten first."""
    cache.clear()
    answer = client.post(VERIFY, {"code": code_now(), "next": next_page})
    assert (answer.status_code, answer["Location"]) == (302, next_page)
    assert records(client)[-1]["type"] == "totp"


def test_the_check_leads_back_to_the_form(administrator: User, rows: dict[type[Any], Any]) -> None:
    client, address = old_code(administrator), next(forms(rows))[0] + "?_changelist_filters="
    led = client.get(address.partition("?")[0])
    assert led.status_code == 302
    prove_by_code(client, administrator, next_page=address.partition("?")[0])
    assert client.get(address.partition("?")[0]).status_code == 200


def test_a_recovery_code_is_not_taken_by_the_check_and_not_used_up(administrator: User) -> None:
    client, code = old_code(administrator), recovery_code(administrator)
    answer = client.post(VERIFY, {"code": code})
    assert answer.status_code == 200 and "A recovery code cannot be used here." in html_of(answer)
    assert recovery_code(administrator) == code and len(records(client)) == 2


def test_the_password_is_not_asked_where_there_is_a_second_factor(administrator: User) -> None:
    client = old_code(administrator)
    answer = client.post("/accounts/reauthenticate/", {"password": "a long enough password"})
    assert answer["Location"] == VERIFY and len(records(client)) == 2


def test_reading_asks_for_nothing(administrator: User, rows: dict[type[Any], Any]) -> None:
    client = old_code(administrator)
    for screen in screens():
        assert client.get(reverse(screen.list_url_name)).status_code == 200
        history = screen.list_url_name.replace("_changelist", "_history")
        assert client.get(reverse(history, args=[rows[screen.model].pk])).status_code == 200
    auditor = old_code(with_app(person("auditor", "miit")))
    assert auditor.get(reverse("admin:accounts_user_change", args=[rows[User].pk])).status_code in (200, 404)
    group_member = old_code(with_app(person("officer", "minenergy")))
    seat_page = reverse("admin:accounts_seat_change", args=[rows[Seat].pk])
    assert group_member.get(seat_page).status_code == 200, "who cannot save is asked for nothing"


@pytest.mark.parametrize(
    ("record", "recent"),
    [
        ({"method": "mfa", "type": "totp", "id": 1, "at": 1000 - RECENT + 1}, True),
        ({"method": "mfa", "type": "webauthn", "id": 1, "at": 999.0, "passwordless": True}, True),
        ({"method": "mfa", "type": "totp", "id": 1, "at": 1000 - RECENT}, False),
        ({"method": "mfa", "type": "totp", "id": 2, "at": 999}, False),
        ({"method": "mfa", "type": "recovery_codes", "id": 1, "at": 999}, False),
        ({"method": "password", "at": 999, "reauthenticated": True}, False),
        ({"method": "socialaccount", "type": "totp", "id": 1, "at": 999}, False),
    ],
)
def test_what_counts(record: dict[str, Any], recent: bool) -> None:
    earlier = {"method": "mfa", "type": "totp", "id": 1, "at": 1}
    assert is_recent([earlier, record], {1}, now=1000) is recent
    assert not is_recent([], {1}, now=1000)


# who has none


def required() -> dict[str, User]:
    return {
        "co-chair": seat("co_chair", "KR", "energy"),
        "administrator": person("administrator", "minenergy"),
        "controller": person("controller", "presidential-administration"),
        "auditor": person("auditor", "motie"),
    }


def test_who_needs_a_second_factor_is_led_to_it_at_the_first_sign_in(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    for user in required().values():
        client = Client()
        user = with_password(user)
        answer = client.post(reverse("account_login"), {"login": user.email, "password": "a long enough password"})
        assert answer["Location"] == "/"
        for address in ("/", "/road-maps/RM-07/", reverse("admin:accounts_user_changelist")):
            led = client.get(address)
            assert (led.status_code, led["Location"]) == (
                302,
                f"/accounts/2fa/webauthn/add/?next={address.replace('/', '%2F')}",
            )
        page = client.get("/accounts/2fa/webauthn/add/?next=/")
        assert page.status_code == 200 and "Add yours once to continue." in html_of(page)
        assert client.get("/api/v1/areas/").status_code in (401, 403)
        assert client.post("/road-maps/RM-07/propose/", {"layer": "shared"}).status_code == 403
        client.get("/accounts/2fa/totp/activate/")
        app = Authenticator.objects.filter(user=user)
        assert not app.exists()
        from_app = client.session["mfa.totp.secret"]
        added = client.post("/accounts/2fa/totp/activate/", {"code": code_now(from_app), "next": "/road-maps/RM-07/"})
        assert (added.status_code, added["Location"]) == (302, "/road-maps/RM-07/") and app.count() == 1
        assert client.get("/road-maps/RM-07/").status_code == 200


def test_others_are_not_led_anywhere(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    for user in (person("officer", "motie"), person("head", "miit"), seat("secretary", "UZ", "energy"), loner()):
        assert by_cookie_alone(user).get("/").status_code == 200


def test_a_demo_asks_only_those_who_have_one(settings: Any, rows: dict[type[Any], Any]) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    for user in required().values():
        assert by_cookie_alone(user).get("/").status_code == 200
    plain = by_cookie_alone(person("administrator", "miit"))
    address, sent = next(forms(rows))
    assert plain.get(address).status_code == 200 and plain.post(address, sent).status_code == 302


def test_the_deployment_check_refuses_to_ask_nobody(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    assert "accounts.E003" not in {found.id for found in run_checks(include_deployment_checks=True)}
    settings.REQUIRE_SECOND_FACTOR = False
    assert "accounts.E003" in {found.id for found in run_checks(include_deployment_checks=True)}
    assert "accounts.E003" not in {found.id for found in run_checks()}


# back to where they were, and nowhere else


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_no_page_leads_to_another_site(evil: str, administrator: User) -> None:
    client = old_code(administrator)
    cache.clear()
    assert client.post(VERIFY, {"code": code_now(), "next": evil})["Location"] == "/"
    for name in ("mfa_add_webauthn", "mfa_activate_totp"):
        for page in (client.get(reverse(name), {"next": evil}), newcomer().get(reverse(name), {"next": evil})):
            assert f'href="{evil}' not in html_of(page)
    other = newcomer()
    other.get(reverse("mfa_activate_totp"))
    sent = {"code": code_now(other.session["mfa.totp.secret"]), "next": evil}
    assert other.post(reverse("mfa_activate_totp"), sent)["Location"] == reverse("mfa_index")


def newcomer() -> Client:
    return signed_in(with_password(person("officer", "motie")))


def test_a_first_factor_right_after_signing_in_asks_for_no_second_password() -> None:
    client = newcomer()
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200
    asked = later(client, 300).get(reverse("mfa_add_webauthn"), {"next": "/proposals/"})
    assert asked.status_code == 302 and asked["Location"].startswith("/accounts/reauthenticate/?next=")
