"""Email backends: send an email exactly as its stored bytes, to a server or, in a demonstration, to a folder."""

import os
import re
import smtplib
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend


class InDoubt(OSError):
    """The connection was lost after the content had begun, and before a reply: the server may have the email."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause


class _StoredMessage(Message):
    """A standard library message that returns its stored bytes and is never serialised again."""

    def __init__(self, raw: bytes) -> None:
        super().__init__()
        self.raw = raw

    def as_bytes(self, *args: Any, **kwargs: Any) -> bytes:
        return self.raw


def _nothing() -> None:
    return


class StoredEmail(EmailMessage):
    """An email that every backend sends as its stored bytes, to one address.

    ``hand_over`` is called at the last moment at which the server certainly does not have it; what it raises prevents
    the sending.
    """

    def __init__(self, raw: bytes, *, address: str, hand_over: Callable[[], None] = _nothing) -> None:
        super().__init__(to=[address])
        self.raw, self.hand_over = raw, hand_over

    def message(self, **options: Any) -> Any:
        return _StoredMessage(self.raw)


class _Dialogue(smtplib.SMTP):
    """Everything up to the content is certain: the server has no email before its last line."""

    hand_over: Callable[[], None] = staticmethod(_nothing)

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Raises: InDoubt."""
        self.hand_over()
        try:
            return super().data(msg)
        except smtplib.SMTPDataError:  # a reply, and no 354: no content was sent
            raise
        except OSError as error:
            raise InDoubt(error) from error


class _EncryptedDialogue(_Dialogue, smtplib.SMTP_SSL):
    """The same over implicit TLS."""


class SMTPBackend(EmailBackend):
    """Django's, which tells an email that the server may have from one that it certainly does not have."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _EncryptedDialogue if self.use_ssl else _Dialogue

    def _send(self, email_message: EmailMessage) -> Any:
        for address in email_message.recipients():
            if not address.rpartition("@")[0].isascii():
                raise ValueError(f"{address}: the part before @ must be ASCII. Correct the address.")
        if isinstance(self.connection, _Dialogue):
            self.connection.hand_over = getattr(email_message, "hand_over", _nothing)
        return super()._send(email_message)  # type: ignore[misc]  # a method of Django's that its types leave out


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
            getattr(mail, "hand_over", _nothing)()
            with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
                file.write(raw)
            os.replace(file.name, folder / _name(raw))
        return len(email_messages)


def _name(raw: bytes) -> str:
    headers = BytesHeaderParser().parsebytes(raw)
    at = parsedate_to_datetime(headers["Date"]).astimezone(UTC)
    return f"{at:%Y%m%dT%H%M%SZ}-{re.sub(r'[^A-Za-z0-9.@_-]', '', headers['Message-ID'])[:150]}.eml"
