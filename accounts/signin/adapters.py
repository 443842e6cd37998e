"""Adapt the sign-in library: nobody signs up, and every change of credentials is an event."""

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
        """Return False: people are added by their organisation's administrator."""
        return False

    def set_password(self, user: User, password: str) -> None:
        """Save the password alone, which writes no history."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> Any:
        record_event(kind="signed in", act=actor_of(request).act, subject=user.email, layer=user.side)
        return super().post_login(request, user, **kwargs)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Leave out the password where the person has a second factor."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        strong = [method for method in methods if method["id"] != "reauthenticate"]
        return strong or methods


class MFAAdapter(DefaultMFAAdapter):
    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return the relying party of the settings, never of the Host header: passkeys belong to one domain."""
        return {"id": settings.RP_ID, "name": "Road maps"}
