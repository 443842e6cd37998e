"""The sentences of this package's errors, by code."""

from typing import Final

from django.utils.translation import gettext_lazy as _

SENTENCES: Final = {
    "signing.malformed": _("This cannot be signed. A hash, a reference, a side or the time is malformed."),
    "signing.no_passkey": _("You have no passkey yet. Add one first, then sign."),
    "signing.not_requested": _("Your passkey was not asked for this signature. Press the button again."),
    "signing.too_late": _("More than five minutes have passed since you asked to sign. Sign again."),
    "signing.embedded": _("The passkey was used inside another page. Open this page itself and sign again."),
    "signing.response_unreadable": _("The passkey’s response cannot be read. Sign again."),
    "signing.response_mismatch": _(
        "The passkey’s response does not match this document, this person or this site. Sign again."
    ),
    "signing.response_reused": _("This passkey response has already been used. Sign again."),
    "signing.response_too_long": _("The passkey’s response is too long. Sign again."),
    "signing.counter_went_back": _(
        "This passkey’s counter went back, so the passkey may have been copied. Use another passkey."
    ),
    "signing.key_too_short": _("This passkey’s key is too short to sign with. Add another passkey."),
    "signing.unsupported_key": _("This kind of passkey cannot sign. Add one that uses ES256, Ed25519 or RS256."),
    "signing.altered_document": _("The stored text is not the one that was published. Contact your side’s auditor."),
    "signing.other_signature_invalid": _("The other side’s signature is not valid. Contact your side’s auditor."),
}
