"""Add the systems of partners."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Organisation, ServiceAccount
from accounts.policy.actors import Actor
from accounts.services.records import save_record


@dataclass(frozen=True)
class Credentials:
    """The secret is stored as a hash only, so it can be read this once."""

    account: ServiceAccount
    secret: str


@transaction.atomic
def create_service_account(*, organisation: Organisation, name: str, scopes: Sequence[str], by: Actor) -> Credentials:
    """Add a system that acts for one organisation with these scopes, by client credentials.

    Raises: NotAllowed; ValidationError for scopes that do not exist, and for none.
    """
    account = ServiceAccount(
        name=name,
        organisation=organisation,
        scopes=checked_scopes(scopes),
        client_type=ServiceAccount.CLIENT_CONFIDENTIAL,
        authorization_grant_type=ServiceAccount.GRANT_CLIENT_CREDENTIALS,
    )
    secret: str = account.client_secret  # hashed by the save
    save_record(account, by=by)
    return Credentials(account, secret)


def checked_scopes(scopes: Sequence[str]) -> list[str]:
    """Return each scope once, in the order of the settings. Raises: ValidationError."""
    known = list(settings.OAUTH2_PROVIDER["SCOPES"])
    if not scopes or set(scopes) - set(known):
        told = _("Choose one or more of these scopes: %(names)s.") % {"names": ", ".join(known)}
        raise ValidationError({"scopes": told})
    return [scope for scope in known if scope in scopes]
