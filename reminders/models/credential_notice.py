from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import Event


class CredentialNotice(models.Model):
    """One row tells one address of one event: a change of somebody's credentials, or an address that is refused.

    Not audited: what happened is itself an event. ``lease_until``: a worker sends it; after that time another may.
    ``error``: why the last attempt failed.
    """

    # PROTECT, both: the record of who was told what is kept
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+", verbose_name=_("change"))
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("to"))
    address = models.EmailField(_("address"))
    lease_until = models.DateTimeField(_("lease until"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    error = models.TextField(_("answer of the mail server"), blank=True, db_default="")

    class Meta:
        verbose_name = _("notice of a changed credential")
        verbose_name_plural = _("notices of changed credentials")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["event", "address"], name="one_credential_notice_an_address")]
        indexes = [
            models.Index(fields=["event"], condition=models.Q(sent_at=None), name="unsent_credential_notices"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.address}"
