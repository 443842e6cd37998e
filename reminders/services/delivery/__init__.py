"""Sending: one message for all that waits for a person, each handed over once, or again with the same bytes."""

from reminders.services.delivery.dispatching import dispatch
from reminders.services.delivery.sending import deliver

__all__ = ["deliver", "dispatch"]
