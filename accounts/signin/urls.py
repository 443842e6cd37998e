"""Pages that replace some of the sign-in library's; included before them."""

from typing import Any

from allauth.account.views import LoginView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.urls import path

from accounts.demo.tour import offered

# Chromium, Safari and every authenticator know these; an offline check of a signature needs no more:
# ES256, Ed25519, RS256 (COSE algorithm numbers)
ALGORITHMS = {-7, -8, -257}


class AddPasskeyView(AddWebAuthnView):
    """Offers only the algorithms that a signature may be made with."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        options = context["js_data"]["creation_options"]["publicKey"]
        options["pubKeyCredParams"] = [kind for kind in options["pubKeyCredParams"] if kind["alg"] in ALGORITHMS]
        return context


class SignInView(LoginView):
    """In a demonstration on this machine, lists sample accounts; ``?sample=ADDRESS`` fills in one of them."""

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        if account := next(
            (one for one in offered(self.request) if one.address == self.request.GET.get("sample")), None
        ):
            form.initial |= {"login": account.address, "password": account.password}
            form.fields["password"].widget.render_value = True
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"sample_accounts": offered(self.request)}


urlpatterns = [
    # the names stay the library's: its pages link to them
    path("login/", SignInView.as_view(), name="account_login"),
    path("2fa/webauthn/add/", AddPasskeyView.as_view(), name="mfa_add_webauthn"),
]
