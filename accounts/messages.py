"""The sentences of this package's errors, by code."""

from typing import Final

from django.utils.translation import gettext_lazy as _

SENTENCES: Final = {
    "passkey.key_too_short": _("This passkey’s key is too short to sign with. Add another passkey."),
    "passkey.unsupported_key": _("This kind of passkey cannot sign. Add one that uses ES256, Ed25519 or RS256."),
    "passkey.key_of_another": _("This passkey’s key is registered to another account. Add another passkey."),
}
