"""The public keys of passkeys, and whose each is."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.person import User
from accounts.policy.access import Access
from audit.models import Audited


class EnrolledKey(Audited):
    """One public key and the person who first enrolled it. It stays when the passkey is removed.

    Nobody else can enrol the key or sign with it, so that one key never signs for two people.
    """

    fingerprint = models.CharField(_("fingerprint"), max_length=64, unique=True)
    # PROTECT: signatures made with the key are verified by this row
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="enrolled_keys", verbose_name=_("person"))
    since = models.DateTimeField(_("enrolled"))

    access = Access(view="key.view", side="user__side", own_side=True)

    class Meta:
        verbose_name = _("enrolled key")
        verbose_name_plural = _("enrolled keys")
        ordering = ["-since", "pk"]

    def __str__(self) -> str:
        return f"{self.user}, {self.fingerprint[:16]}"

    def layer_now(self) -> str:
        return self.user.side
