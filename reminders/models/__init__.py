"""Who must be told what, when: the stages, one notice a person and stage, one message a digest."""

from reminders.models.heartbeat import Heartbeat
from reminders.models.message import Message, MessageState
from reminders.models.notice import Notice, NoticeState, Subject
from reminders.models.stage import Reach, Stage

__all__ = [
    "Heartbeat",
    "Message",
    "MessageState",
    "Notice",
    "NoticeState",
    "Reach",
    "Stage",
    "Subject",
]
