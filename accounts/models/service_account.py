"""Service accounts: the systems of partners."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication

from accounts.models.organisation import ForOrganisation, Organisation
from accounts.policy.access import Access
from audit.models import Audited


class ServiceAccount(ForOrganisation, Audited, AbstractApplication):
    """One partner system, which is its OAuth client. It acts for one organisation with named scopes and never signs."""

    # PROTECT, where the library cascades: an account with history outlives whoever made it
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    # PROTECT: the organisation is in this account's history
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="service_accounts", verbose_name=_("organisation")
    )
    scopes = models.JSONField(_("scopes"), default=list)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    is_authenticated = True  # a request has it only after showing its token

    access = Access(
        view="service_account.manage",
        edit="service_account.manage",
        administered=("organisation",),
        side="organisation__side",
        own_side=True,
    )

    class Meta(AbstractApplication.Meta):
        verbose_name = _("service account")
        verbose_name_plural = _("service accounts")

    def is_usable(self, request: Any) -> bool:
        """Return whether it is not revoked. The library asks for every token, so a revocation works at once."""
        return self.revoked_at is None

    def layer_now(self) -> str:
        return self.organisation.side
