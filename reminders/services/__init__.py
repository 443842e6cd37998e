"""Write notices, messages and heartbeats."""

from reminders.services.heartbeats import record_heartbeat
from reminders.services.planning import Planned, due, outgoing, plan

__all__ = ["Planned", "due", "outgoing", "plan", "record_heartbeat"]
