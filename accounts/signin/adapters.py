"""Adapt the sign-in library: nobody signs up, and every sign-in and change of credentials is an event."""

from time import time
from typing import Any, NoReturn

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

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

    def is_safe_url(self, url: str | None) -> bool:
        """Return whether to lead there after signing in; an address that cannot be read is none of ours."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

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

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """Return the passkey and the authenticator app where the person has one, else the password."""
        if not isinstance(user, User):
            return []
        ways = {
            Authenticator.Type.WEBAUTHN: ("mfa_reauthenticate_webauthn", _("Use my passkey")),
            Authenticator.Type.TOTP: ("mfa_reauthenticate", _("Use a code from my authenticator app")),
        }
        held = set(Authenticator.objects.filter(user=user, type__in=ways).values_list("type", flat=True))
        found = [way for kind, way in ways.items() if kind in held]
        if not found and user.has_usable_password():
            found = [("account_reauthenticate", _("Use my password"))]
        return [{"id": name, "description": words, "url": reverse(name)} for name, words in found]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Return False right after signing in, also by password; `step_up` asks for more than that where it must."""
        records = get_authentication_records(self.request, self.request.user)
        newest = max((record["at"] for record in records), default=0)
        return bool(time() - newest >= app_settings.REAUTHENTICATION_TIMEOUT)


class MFAAdapter(DefaultMFAAdapter):
    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return the relying party of the settings, never of the Host header: passkeys belong to one domain."""
        return {"id": settings.RP_ID, "name": "Road maps"}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002  # the library's
        """Return the name that the form of a new passkey begins with."""
        n = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(n)d") % {"n": n + 1} if n else _("Passkey")

    def encrypt(self, text: str) -> str:
        """Encrypt the secret of one-time codes or the seed of recovery codes for the database."""
        return cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises: ValidationError, as for a wrong code, where no key of the settings encrypted it."""
        try:
            return cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            raise self.validation_error("incorrect_code") from None
