from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import WorkingGroup
from accounts.policy.access import Access
from audit.models import Audited
from common.text import MultilingualField


class MeetingKind(models.TextChoices):
    SUMMIT = "summit", _("summit")
    GROUP = "group", _("working group")


class Meeting(Audited):
    """A meeting at which the sides decided something; the first is the summit of 14 June 2024."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=MeetingKind)
    title = MultilingualField(_("title"), max_length=300)
    held_on = models.DateField(_("held on"))
    # PROTECT: decisions remain when a group ends
    group = models.ForeignKey(
        WorkingGroup,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="meetings",
        verbose_name=_("working group"),
    )
    record = models.TextField(_("record"), blank=True, help_text=_("As published, one paragraph a line."))
    record_language = models.CharField(_("language of the record"), max_length=2, default="en")

    access = Access(view="meeting.view", group="group")

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-held_on", "code"]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def paragraphs(self) -> list[str]:
        """The paragraphs of the record, in order."""
        return self.record.splitlines()

    def paragraph(self, number: int) -> str:
        """Return a paragraph by its number from 1, or an empty string where there is none."""
        return self.paragraphs[number - 1] if 1 <= number <= len(self.paragraphs) else ""
