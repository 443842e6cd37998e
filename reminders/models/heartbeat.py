from datetime import datetime, timedelta
from typing import Final, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

STALE: Final = timedelta(seconds=90)
SKEW: Final = timedelta(seconds=10)  # between the clocks of two hosts


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    def fresh(self, now: datetime) -> Self:
        """Return those of the last minute and a half. One from the future was written before the clock was set back."""
        return self.filter(at__range=(now - STALE, now + SKEW))


class Heartbeat(models.Model):
    """One row is one kind of process on one host, and when it last did something. Not audited: it is no content."""

    class Kind(models.TextChoices):
        WORKER = "worker", _("worker")
        BEAT = "beat", _("beat")

    name = models.CharField(_("host"), max_length=255)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    at = models.DateTimeField(_("at"), db_index=True)

    objects = HeartbeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="reminders_heartbeat_one_a_process")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
