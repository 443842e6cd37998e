"""Who was told what: what was sent, what comes, what is in the way of it."""

from desk.reading.reminders.coming import StageToCome, mornings, on_day, stages_to_come
from desk.reading.reminders.mail import MailPage
from desk.reading.reminders.sent import Heard, SentPage, figures, heard_of, troubles

__all__ = [
    "Heard",
    "MailPage",
    "SentPage",
    "StageToCome",
    "figures",
    "heard_of",
    "mornings",
    "on_day",
    "stages_to_come",
    "troubles",
]
