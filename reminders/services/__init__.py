"""Write notices, messages and heartbeats."""

from reminders.services.heartbeats import record_heartbeat
from reminders.services.planning import plan

__all__ = ["plan", "record_heartbeat"]
