"""Adapt the sign-in library: nobody signs up, and every sign-in and change of credentials is an event."""

from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User
from accounts.policy.actors import person_actor
from accounts.signin.encryption import cipher
from accounts.signin.events import address_of, credential_changed, sign_in_blocked, sign_in_failed
from audit.services import record_event

RESET = "account_reset_password_from_key"


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: people are added by their organisation's administrator."""
        return False

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        """Save the password alone, which writes no history, with its event."""
        user.set_password(password)
        user.save(update_fields=["password"])
        match = self.request.resolver_match
        credential_changed("password reset" if match and match.url_name == RESET else "password changed", user)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> NoReturn:
        """Refuse: the library takes the links of its emails from the Host header. Ours are written by our services."""
        raise NotImplementedError(f"The library may not send {template_prefix}.")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Record that the limit of failed sign-ins is reached, once in a while of attempts."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            sign_in_blocked(str(credentials.get("email", "")), address_of(request))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        sign_in_failed(str(credentials.get("email", "")), address_of(request))

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> Any:
        record_event(kind="signed in", act=person_actor(user).act, subject=user.email, layer=user.side)
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

    def encrypt(self, text: str) -> str:
        """Encrypt the secret of one-time codes or the seed of recovery codes for the database."""
        return cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises: ValidationError, as for a wrong code, where no key of the settings encrypted it."""
        try:
            return cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            raise self.validation_error("incorrect_code") from None
