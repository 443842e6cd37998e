"""Stages, notices (one a person and stage), messages (one a digest) and heartbeats."""

from reminders.models.heartbeat import Heartbeat
from reminders.models.message import Message, MessageState
from reminders.models.notice import Notice, NoticeState, Subject
from reminders.models.stage import Stage, StageReach

__all__ = [
    "Heartbeat",
    "Message",
    "MessageState",
    "Notice",
    "NoticeState",
    "StageReach",
    "Stage",
    "Subject",
]
