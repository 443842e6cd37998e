from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.policy.access import Access


class MessageState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    REFUSED = "refused", _("refused by the mail server")
    CANCELLED = "cancelled", _("nothing left to send")
    UNKNOWN = "unknown", _("not known whether it arrived")


class MessageQuerySet(models.QuerySet["Message"]):
    def unsent(self) -> Self:
        """Return the messages that wait and that no mail server has: at most one a person."""
        return self.filter(state=MessageState.WAITING, handed_over_at=None)


class Message(models.Model):
    """One row is one digest to one person, with its exact bytes. The Message-ID never changes.

    - ``lease_until``, ``lease``: which worker sends it; another worker may take over an expired lease.
    - ``raw``: written before the email is sent, anew for each attempt.
    - ``handed_over_at``: set just before the content is sent, and cleared if the server certainly did not accept it.
      While it is set the server may have the email, so only the same bytes are sent again, for at most a day.
    """

    # PROTECT: the record of who was reminded of what is kept
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("to"))
    state = models.CharField(_("state"), max_length=9, choices=MessageState, default=MessageState.WAITING)
    created_at = models.DateTimeField(_("made at"))
    message_id = models.CharField(_("Message-ID"), max_length=300, blank=True)
    address = models.EmailField(_("address"), blank=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    raw = models.BinaryField(_("bytes"), null=True)
    lease = models.UUIDField(_("lease"), null=True)
    lease_until = models.DateTimeField(_("lease until"), null=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True)
    handed_over_at = models.DateTimeField(_("handed over"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    error = models.TextField(_("answer of the mail server"), blank=True)

    objects = MessageQuerySet.as_manager()
    access = Access(view="notice.view", side="recipient__side", own_side=True, person="recipient")

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient"],
                condition=models.Q(state="waiting", handed_over_at=None),
                name="one_unsent_message_a_person",
            ),
        ]

    def __str__(self) -> str:
        return self.message_id or f"message {self.pk}"
