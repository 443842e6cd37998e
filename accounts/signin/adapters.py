"""What of the sign-in library is the product's own: nobody signs up, and every change of credentials is an event."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from accounts.models import User
from accounts.policy.actors import actor_of
from audit.services import record_event


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are invited by their organisation's administrator."""
        return False

    def set_password(self, user: User, password: str) -> None:
        """Only the password is written: credentials are outside history."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> Any:
        record_event(kind="signed in", act=actor_of(request).act, subject=user.email, layer=user.side)
        return super().post_login(request, user, **kwargs)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Where a second factor exists a password alone confirms nothing."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        strong = [method for method in methods if method["id"] != "reauthenticate"]
        return strong or methods


class MFAAdapter(DefaultMFAAdapter):
    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """From the settings, never from the Host header: a change of domain loses every passkey."""
        return {"id": settings.RP_ID, "name": "Road maps"}
