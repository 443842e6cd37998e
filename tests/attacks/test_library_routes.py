"""Every page of a library that has an address is one that the product means to have."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.scenarios.people import person

OURS: Final = ("accounts.", "audit.", "common.", "desk.", "partnership.", "programme.", "reminders.", "roadmaps.")

SIGN_IN: Final = {
    "account_change_password",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_set_password",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "usersessions_list",
}
API: Final = {"api-docs", "schema", "token", "token-without-slash"}
# the addresses that Django's admin makes for its site and for each model
ADMIN_SITE: Final = {
    "app_list", "autocomplete", "index", "jsi18n", "login", "logout", "password_change", "password_change_done",
    "view_on_site", None,
}  # fmt: skip
ADMIN_MODEL: Final = {"add", "change", "changelist", "delete", "history", None}

CLOSED: Final = (
    "/accounts/email/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/MQ:1/",
    "/accounts/signup/",
    "/accounts/login/code/",
    "/accounts/login/code/confirm/",
    "/accounts/phone/change/",
    "/accounts/2fa/trust/",
    "/accounts/2fa/webauthn/signup/",
    "/accounts/3rdparty/",
    "/oauth/authorize/",
    "/oauth/applications/",
    "/oauth/introspect/",
    "/oauth/revoke_token/",
)


def routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route, pattern


def modules(pattern: URLPattern) -> set[str]:
    """The modules of the view and of all it inherits from."""
    view: Any = pattern.callback
    made_by = getattr(view, "view_class", None) or getattr(view, "cls", None)
    return {one.__module__ for one in made_by.__mro__ if one is not object} if made_by else {view.__module__}


def allowed(route: str, pattern: URLPattern) -> bool:
    if route.startswith("admin/"):
        own = pattern.name in ADMIN_SITE
        return own or (pattern.name or "").rpartition("_")[2] in ADMIN_MODEL
    if route.startswith("api/v1/") and getattr(pattern.callback, "cls", None):
        return pattern.callback.cls.__module__.startswith(OURS) or pattern.name in API  # type: ignore[attr-defined]
    return pattern.name in SIGN_IN | API or route == "oauth/token"  # without a slash: the same as the one with a name


def test_every_route_to_a_library_is_on_a_list() -> None:
    found = list(routes(get_resolver().url_patterns))
    from_libraries = [
        (route, pattern) for route, pattern in found if not all(one.startswith(OURS) for one in modules(pattern))
    ]
    assert len(found) > 100 and len(from_libraries) > 50
    assert [route for route, pattern in from_libraries if not allowed(route, pattern)] == []
    # a list that names what is gone would hide what comes back
    assert {pattern.name for route, pattern in found if route.startswith("accounts/")} == SIGN_IN


@pytest.mark.django_db
def test_what_is_not_on_the_list_is_not_there(programme: None) -> None:
    signed_in = Client()
    signed_in.force_login(person("officer", "minenergy"))
    for client in (Client(), signed_in):
        for address in CLOSED:
            for answer in (client.get(address), client.post(address, {"email": "thief@example.invalid"})):
                assert answer.status_code == 404, address


@pytest.mark.django_db
def test_what_is_on_the_list_answers(programme: None) -> None:
    """The library looks up names of its other pages only in passing."""
    signed_in = Client()
    signed_in.force_login(person("officer", "minenergy"))
    for name in SIGN_IN - {"account_reset_password_from_key", "mfa_edit_webauthn", "mfa_remove_webauthn"}:
        for client in (Client(), signed_in):
            assert client.get(reverse(name), follow=True).status_code < 500, name
