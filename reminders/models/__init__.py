"""Stages, notices (one a person and stage), messages (one a digest), credential notices and heartbeats."""

from reminders.models.credential_notice import CredentialNotice
from reminders.models.heartbeat import Heartbeat
from reminders.models.message import Message, MessageState
from reminders.models.notice import Notice, NoticeState, Subject
from reminders.models.stage import Stage, StageReach

__all__ = [
    "CredentialNotice",
    "Heartbeat",
    "Message",
    "MessageState",
    "Notice",
    "NoticeState",
    "StageReach",
    "Stage",
    "Subject",
]
