"""A beat scheduler without state: the database records what is due, and every sweep is safe to run twice."""

import logging
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from celery.beat import Scheduler
from celery.schedules import schedule
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from reminders.models import Heartbeat
from reminders.services import record_heartbeat

logger = logging.getLogger(__name__)

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
EVERY = 20  # seconds; the loop itself turns at least every 30


class StatelessScheduler(Scheduler):
    """Keep no schedule file: at the start every interval is due, and ticks write a heartbeat to the database."""

    _last = float("-inf")

    def setup_schedule(self) -> None:
        super().setup_schedule()
        for entry in self.schedule.values():
            # a time of day (crontab) waits for its time; an interval begins now
            if isinstance(entry.schedule, schedule):
                entry.last_run_at = LONG_AGO

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        wait = super().tick(*args, **kwargs)
        if monotonic() - self._last >= EVERY:
            self._last = monotonic()
            self._leave_heartbeat()
        return wait

    def _leave_heartbeat(self) -> None:
        """Write a heartbeat. Beat keeps running while the database is down; /readyz shows the missing heartbeat."""
        try:
            close_old_connections()
            record_heartbeat(kind=Heartbeat.Kind.BEAT, now=timezone.now())
        except DatabaseError:
            logger.exception("The heartbeat of beat could not be written.")
        finally:
            close_old_connections()
