from django.db import models

from accounts.models import Organisation
from accounts.policy.access import Access
from audit.models import Audited


class Visit(Audited):
    """One visit of a delegation to an organisation."""

    code = models.SlugField("code", max_length=60, unique=True)
    title = models.CharField("title", max_length=300)
    # PROTECT: the visit is in the organisation's past
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")

    access = Access(view="visit.view", edit="visit.edit", takes_part=("organisation",), administered=("organisation",))

    class Meta:
        verbose_name = "visit"
        verbose_name_plural = "visits"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title
