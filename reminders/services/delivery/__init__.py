"""Send one message with everything that is waiting for a person; a retry sends the same bytes."""

from reminders.services.delivery.dispatching import dispatch
from reminders.services.delivery.sending import deliver

__all__ = ["deliver", "dispatch"]
