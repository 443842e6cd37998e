"""Our own pages among the sign-in library's; included before it."""

from typing import Any

from allauth.mfa.webauthn.views import AddWebAuthnView
from django.urls import path

# Chromium, Safari and every authenticator know these; an offline check of a signature needs no more:
# ES256, Ed25519, RS256 (COSE algorithm numbers)
ALGORITHMS = {-7, -8, -257}


class AddPasskeyView(AddWebAuthnView):
    """Offers only the kinds of key that a signature may be made with."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        options = context["js_data"]["creation_options"]["publicKey"]
        options["pubKeyCredParams"] = [kind for kind in options["pubKeyCredParams"] if kind["alg"] in ALGORITHMS]
        return context


urlpatterns = [
    # the name stays the library's: its pages link to it
    path("2fa/webauthn/add/", AddPasskeyView.as_view(), name="mfa_add_webauthn"),
]
