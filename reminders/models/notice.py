from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.policy.access import Access
from reminders.models.message import Message
from reminders.models.stage import Stage


class Subject(models.TextChoices):
    """The kinds of records that notices are about; ``subject_id`` is the primary key in its table."""

    MILESTONE = "milestone", _("milestone")


class NoticeState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    SUPERSEDED = "superseded", _("a newer stage was sent instead")
    CANCELLED = "cancelled", _("no longer applies")
    # counts in the unique constraint, so that the same notice is not planned and refused again
    REFUSED = "refused", _("could not be sent")


class NoticeQuerySet(models.QuerySet["Notice"]):
    def waiting_for(self, person: int) -> Self:
        return self.filter(recipient=person, state=NoticeState.WAITING)

    def of_stages(self) -> Self:
        """Return those that a stage has made due, without the corrections."""
        return self.filter(corrects=None)


class Notice(models.Model):
    """One row reminds one person once of one stage of one deadline. Not audited: sending is recorded as an event.

    - ``anchor``: the deadline that the stage counts from, in that ``period`` (0 if there is only one).
    - ``moment``: 09:00 on the recipient's working day.
    - ``organisation``, ``capacity``: why this person is reminded, a role in the organisation, or a seat without one.
    - ``tried_since``: since when a mail server has refused it, or not confirmed it.
    - ``corrects``: says what has changed since the email with that notice was written, which arrived late.
    - ``outdated``: sent, but the deadline has moved since; if it moves back, the person is reminded again.
    """

    subject_kind = models.CharField(_("about"), max_length=12, choices=Subject)
    subject_id = models.BigIntegerField()
    period = models.IntegerField(_("period"), default=0)
    # PROTECT, all: the record of who was reminded of what, and why, is kept
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+", verbose_name=_("stage"))
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("to"))
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("for")
    )
    capacity = models.CharField(_("as"), max_length=20)
    anchor = models.DateField(_("deadline"))
    moment = models.DateTimeField(_("due"))
    state = models.CharField(_("state"), max_length=10, choices=NoticeState, default=NoticeState.WAITING)
    why = models.CharField(_("why not"), max_length=300, blank=True)
    outdated = models.BooleanField(_("the deadline has moved since"), default=False)
    planned_at = models.DateTimeField(_("planned"))
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, null=True, related_name="notices", verbose_name=_("message")
    )

    tried_since = models.DateTimeField(_("tried since"), null=True)
    # PROTECT: the record of what was corrected is kept
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="correction", verbose_name=_("corrects")
    )

    objects = NoticeQuerySet.as_manager()
    access = Access(
        view="notice.view",
        administered=("organisation",),
        side="recipient__side",
        own_side=True,
        person="recipient",
    )

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-moment", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "period", "stage", "recipient", "anchor"],
                condition=~models.Q(state="cancelled") & models.Q(outdated=False, corrects=None),
                name="one_notice_a_person_and_stage",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient"], condition=models.Q(state="waiting"), name="waiting_notices"),
            models.Index(fields=["moment"], name="notices_by_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}, {self.stage_id}"
