"""A beat scheduler without state: the database records what is due, and every sweep is safe to run twice."""

import logging
from time import monotonic
from typing import Any

from celery.beat import ScheduleEntry, Scheduler
from celery.schedules import schedule
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from reminders.models import Heartbeat
from reminders.services import record_heartbeat

logger = logging.getLogger(__name__)

EVERY = 20  # seconds; the loop itself turns at least every 30


class StatelessScheduler(Scheduler):
    """Keep no schedule file: at the start every interval is due, and ticks write a heartbeat to the database.

    Intervals go by a clock that is never set: when the clock of the machine is set back, sweeps go on. Times of day go
    by the clock of the machine.
    """

    _last = float("-inf")

    def setup_schedule(self) -> None:
        super().setup_schedule()
        self._sent: dict[str, float] = {}

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send every entry that is due, and return the seconds until the next one is, or the longest wait."""
        longest = float(self.max_interval or EVERY)
        waits = [self._look_at(entry) for entry in list(self.schedule.values())]
        if monotonic() - self._last >= EVERY:
            self._last = monotonic()
            self._leave_heartbeat()
        return max(0.0, min([*waits, longest]))

    def _look_at(self, entry: ScheduleEntry) -> float:
        """Send the entry if it is due, and return the seconds until it may be due again."""
        due, wait = self._due(entry)
        if due:
            self.reserve(entry)
            self.apply_entry(entry, producer=self.producer)
        return wait

    def _due(self, entry: ScheduleEntry) -> tuple[bool, float]:
        if not isinstance(entry.schedule, schedule):  # a time of day
            due, wait = self.is_due(entry)
            return due, wait
        every, now = entry.schedule.seconds, monotonic()
        name = str(entry.name)
        left = self._sent.get(name, float("-inf")) + every - now
        if left > 0:
            return False, left
        self._sent[name] = now
        return True, every

    def _leave_heartbeat(self) -> None:
        """Write a heartbeat. Beat keeps running while the database is down; /readyz shows the missing heartbeat."""
        try:
            close_old_connections()
            record_heartbeat(kind=Heartbeat.Kind.BEAT, now=timezone.now())
        except DatabaseError:
            logger.exception("The heartbeat of beat could not be written.")
        finally:
            close_old_connections()
