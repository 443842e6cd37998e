from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import WorkingGroup
from accounts.policy.access import Access
from audit.models import Audited
from common.text import MultilingualField


class AreaKind(models.TextChoices):
    PROGRAMME = "programme", _("the programme as a whole")
    ANCHOR = "anchor", _("anchor area")
    SECTOR = "sector", _("other area")


class PriorityArea(Audited):
    """An area of cooperation and the working group responsible for it. The first is the programme as a whole."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    order = models.PositiveIntegerField(_("order"), unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=AreaKind)
    name = MultilingualField(_("name"), max_length=300)
    # PROTECT: an area always has a responsible group
    group = models.OneToOneField(
        WorkingGroup, on_delete=models.PROTECT, related_name="area", verbose_name=_("working group")
    )
    paragraphs = models.JSONField(_("paragraphs of the release"), default=list)
    iati_sector = models.CharField(_("IATI sector"), max_length=10, blank=True)

    access = Access(view="area.view", group="group")

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["order"]

    def __str__(self) -> str:
        return str(self.name)
