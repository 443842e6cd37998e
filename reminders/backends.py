"""Email backends: send an email exactly as its stored bytes, to a server or, in a demonstration, to a folder."""

import os
import re
import tempfile
from collections.abc import Sequence
from datetime import UTC
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class _StoredMessage(Message):
    """A standard library message that returns its stored bytes and is never serialised again."""

    def __init__(self, raw: bytes) -> None:
        super().__init__()
        self.raw = raw

    def as_bytes(self, *args: Any, **kwargs: Any) -> bytes:
        return self.raw


class StoredEmail(EmailMessage):
    """An email that every backend sends as its stored bytes, to one address."""

    def __init__(self, raw: bytes, *, address: str) -> None:
        super().__init__(to=[address])
        self.raw = raw

    def message(self, **options: Any) -> Any:
        return _StoredMessage(self.raw)


class FileBackend(BaseEmailBackend):
    """Write one .eml file an email, named by its Date and Message-ID: the same email sent twice is one file.

    Files are written atomically.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for mail in email_messages:
            message: Any = mail.message()  # Django's, whose as_bytes also takes the line ends
            raw = message.as_bytes(linesep="\r\n")
            with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
                file.write(raw)
            os.replace(file.name, folder / _name(raw))
        return len(email_messages)


def _name(raw: bytes) -> str:
    headers = BytesHeaderParser().parsebytes(raw)
    at = parsedate_to_datetime(headers["Date"]).astimezone(UTC)
    return f"{at:%Y%m%dT%H%M%SZ}-{re.sub(r'[^A-Za-z0-9.@_-]', '', headers['Message-ID'])[:150]}.eml"
