"""The sign-in library's pages where ours differ: what they store, where they lead, and what they show."""

from typing import Any, cast

from allauth.account.mixins import NextRedirectMixin
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.internal.auth import clear_totp_secret
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView, RemoveWebAuthnView
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.demo.tour import TourAccount, offered
from accounts.models import SeatRole, User
from accounts.policy.actors import actor_of
from accounts.signin.browsers import browser
from accounts.signin.factors import (
    add_authenticator_app,
    add_passkey,
    end_sessions,
    make_recovery_codes,
    remove_second_factor,
)
from accounts.signin.keys import UnusableKey
from accounts.signin.step_up import held_factors, lacks_second_factor, second_factors
from common.errors import sentence

# Chromium, Safari and every authenticator know these; an offline check of a signature needs no more:
# ES256, Ed25519, RS256 (COSE algorithm numbers)
ALGORITHMS = {-7, -8, -257}
MY_SIGN_IN = reverse_lazy("mfa_index")


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


class _Signed:
    """A view of a signed-in person, which the library's base guarantees."""

    request: HttpRequest

    @property
    def person(self) -> User:
        return cast(User, self.request.user)

    @property
    def session_key(self) -> str:
        return str(self.request.session.session_key)


class _AddsFactor(_Signed, NextRedirectMixin):
    """A form that adds a second factor, and leads back to where the person came from.

    Who must add their first one before anything else has the page to themselves, without the navigation.
    """

    success_url = MY_SIGN_IN

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        required = lacks_second_factor(self.request)
        layout = "allauth/layouts/entrance.html" if required else "allauth/layouts/manage.html"
        back = get_next_redirect_url(self.request) or self.success_url
        return context | {"required": required, "layout": layout, "back": back}

    def get_success_url(self) -> str:
        return str(get_next_redirect_url(self.request) or self.success_url)

    def added(self, words: str) -> HttpResponse:
        messages.success(self.request, words)
        return redirect(self.get_success_url())


class AddPasskeyView(_AddsFactor, AddWebAuthnView):
    """Offers only the algorithms that a signature may be made with."""

    def form_valid(self, form: Any) -> HttpResponse:
        data = form.cleaned_data
        try:
            with held_factors(self.request):
                add_passkey(
                    user=self.person,
                    name=data["name"],
                    credential=data["credential"],
                    now=timezone.now(),
                    session=self.session_key,
                )
        except IntegrityError:  # another account has enrolled the key since the form was checked
            form.add_error(None, sentence(UnusableKey("passkey.key_of_another")))
            refused: HttpResponse = self.form_invalid(form)
            return refused
        return self.added(_("The passkey was added."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        options = context["js_data"]["creation_options"]["publicKey"]
        options["pubKeyCredParams"] = [kind for kind in options["pubKeyCredParams"] if kind["alg"] in ALGORITHMS]
        # so that it can sign in without the address being typed, where the device can keep it
        options["authenticatorSelection"] |= {"residentKey": "preferred", "requireResidentKey": False}
        to_sign = any(seat.role == SeatRole.CO_CHAIR for seat in actor_of(self.request).seats)
        # kwargs: the form with its errors; the library makes another and checks it a second time
        return context | kwargs | {"to_sign": to_sign}


class RemovePasskeyView(RemoveWebAuthnView):
    success_url = MY_SIGN_IN

    def form_valid(self, form: Any) -> HttpResponse:
        with held_factors(self.request):
            remove_second_factor(factor=self.get_object())
        messages.success(self.request, _("The passkey was removed."))
        return redirect(self.get_success_url())


class AddAuthenticatorAppView(_AddsFactor, ActivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        with held_factors(self.request):
            add_authenticator_app(user=self.person, secret=form.secret, session=self.session_key)
        clear_totp_secret(self.request)
        return self.added(_("The authenticator app was added."))


class RemoveAuthenticatorAppView(DeactivateTOTPView):
    success_url = MY_SIGN_IN

    def form_valid(self, form: Any) -> HttpResponse:
        with held_factors(self.request):
            remove_second_factor(factor=self.authenticator)
        messages.success(self.request, _("The authenticator app was removed."))
        return redirect(self.get_success_url())


class MakeRecoveryCodesView(_Signed, GenerateRecoveryCodesView):
    def form_valid(self, form: Any) -> HttpResponse:
        with held_factors(self.request):
            make_recovery_codes(user=self.person)
        messages.success(self.request, _("These recovery codes work from now on; earlier ones do not."))
        return redirect(self.get_success_url())


class VerifyWithPasskeyView(ReauthenticateWebAuthnView):
    """Shows what was wrong on the page itself; the library leads to the desk."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | kwargs


class MySignInView(_Signed, IndexView):
    """Shows the person's second factors and sessions."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        user = self.person
        sessions = sorted(UserSession.objects.purge_and_list(user), key=lambda row: row.created_at, reverse=True)
        return context | {
            "passkeys": Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).order_by("pk"),
            "has_factor": bool(second_factors(user)),
            "sessions": [(row, browser(row.user_agent)) for row in sessions],
            "session_hours": settings.SESSION_COOKIE_AGE // 3600,
        }


@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    """End one of the person's other sessions, or all of them; they are listed on "My sign-in"."""
    if request.method == "POST":
        others = UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key)
        chosen = request.POST.get("session")
        if end_sessions(session for session in others if chosen in (None, str(session.pk))):
            messages.success(request, _("Signed out there."))
    return redirect(f"{MY_SIGN_IN}#sessions")
