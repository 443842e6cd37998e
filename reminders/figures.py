"""Figures of the mail, for whatever watches the product. Reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Min, Q

from reminders.models import Notice, NoticeState
from reminders.services.credentials import unsent

PATIENCE: Final = timedelta(hours=1)
RECENT: Final = timedelta(days=7)


@dataclass(frozen=True)
class MailFigures:
    """Reminders and notices of credentials together.

    - ``oldest``: seconds since the oldest unsent one was due.
    - ``stuck``: how many have waited for more than an hour.
    - ``refused``: how many reminders of the last seven days were refused and have no corrected address.
    """

    oldest: int
    stuck: int
    refused: int

    @property
    def troubled(self) -> bool:
        return bool(self.stuck or self.refused)


def mail_figures(now: datetime) -> MailFigures:
    """Return the figures as of now, in three queries."""
    stuck = Count("pk", filter=Q(planned_at__lte=now - PATIENCE))
    waiting = Notice.objects.filter(state=NoticeState.WAITING).order_by().aggregate(n=stuck, since=Min("planned_at"))
    changes = (
        unsent(now).order_by().aggregate(n=Count("pk", filter=Q(event__at__lte=now - PATIENCE)), since=Min("event__at"))
    )
    since = min((row["since"] for row in (waiting, changes) if row["since"]), default=now)
    refused = Notice.objects.filter(state=NoticeState.REFUSED, message__isnull=False, moment__gt=now - RECENT)
    return MailFigures(max(0, int((now - since).total_seconds())), waiting["n"] + changes["n"], refused.count())
