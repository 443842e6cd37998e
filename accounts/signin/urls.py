"""The addresses of signing in: those of the library's pages that people need, and no others.

A page that is not named here does not exist. People do not manage their addresses: an administrator changes them.
"""

from typing import Any

from allauth.account import views as account
from allauth.account.views import LoginView
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.views import AddWebAuthnView
from allauth.usersessions import views as sessions
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.urls import path, re_path
from django.utils.functional import cached_property
from django.views.generic import RedirectView

from accounts.demo.tour import TourAccount, offered
from accounts.signin.keys import UnusableKey
from common.errors import sentence

# Chromium, Safari and every authenticator know these; an offline check of a signature needs no more:
# ES256, Ed25519, RS256 (COSE algorithm numbers)
ALGORITHMS = {-7, -8, -257}


class AddPasskeyView(AddWebAuthnView):
    """Offers only the algorithms that a signature may be made with, and stores a passkey together with whose it is."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                response: HttpResponse = super().form_valid(form)
        except IntegrityError:  # another account has enrolled the key since the form was checked
            form.add_error(None, sentence(UnusableKey("passkey.key_of_another")))
            response = self.form_invalid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        options = context["js_data"]["creation_options"]["publicKey"]
        options["pubKeyCredParams"] = [kind for kind in options["pubKeyCredParams"] if kind["alg"] in ALGORITHMS]
        return context | kwargs  # the form with its errors: the library makes another and checks it a second time


class SignInView(LoginView):
    """In a demonstration on this machine, lists sample accounts; ``?sample=ADDRESS`` fills in one of them."""

    @cached_property
    def sample_accounts(self) -> list[TourAccount]:
        return offered(self.request)

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        chosen = self.request.GET.get("sample")
        if account := next((one for one in self.sample_accounts if one.address == chosen), None):
            form.initial |= {"login": account.address, "password": account.password}
            form.fields["password"].widget.render_value = True
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"sample_accounts": self.sample_accounts}


# the names stay the library's: its pages link to them
urlpatterns = [
    path("login/", SignInView.as_view(), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    # who has none yet sets it by the link in an email: a session alone does not prove who asks
    path("password/set/", RedirectView.as_view(pattern_name="account_reset_password"), name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("2fa/", mfa.index, name="mfa_index"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("2fa/recovery-codes/download/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("2fa/webauthn/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("2fa/webauthn/reauthenticate/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("sessions/", sessions.list_usersessions, name="usersessions_list"),
]
