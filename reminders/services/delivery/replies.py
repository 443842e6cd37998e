"""What a failure of sending means: one table for the replies of mail servers, and the failures without a reply."""

import logging
import re
import smtplib
from dataclasses import dataclass
from typing import Final

from reminders.backends import InDoubt


@dataclass(frozen=True)
class Meaning:
    """What a failure means for the message and for the run.

    - ``final``: the address is bad, and nothing more is sent to it.
    - ``counts``: it speaks of this message; after five days of such failures it is given up.
    - ``stops``: the server cannot be used for the next message; the others wait for the next sweep.
    - ``level``: ERROR where somebody has to mend the mail server or this product.
    """

    final: bool = False
    counts: bool = True
    stops: bool = False
    level: int = logging.WARNING


BAD_ADDRESS: Final = Meaning(final=True)
LATER: Final = Meaning()
CLOSING: Final = Meaning(stops=True)
RELAY: Final = Meaning(level=logging.ERROR)
UNREACHABLE: Final = Meaning(counts=False, stops=True)
NOT_LET_IN: Final = Meaning(counts=False, stops=True, level=logging.ERROR)
LOST: Final = Meaning(stops=True)
OURS: Final = Meaning(level=logging.ERROR)

# The first line that fits decides: the code, the enhanced code (RFC 3463) that the text begins with, the meaning
REPLIES: Final = (
    (re.compile("421"), re.compile(""), CLOSING),
    (re.compile("4.."), re.compile(""), LATER),
    (re.compile("5.."), re.compile(r"5\.(1\.(1|2|3|6|10)|2\.1)(?!\d)"), BAD_ADDRESS),
    (re.compile("..."), re.compile(""), RELAY),
)


def meaning_of(error: Exception) -> Meaning:
    """Return what the failure of sending one message means."""
    if replies := _replies(error):
        found = {_meaning(code, text) for code, text in replies}
        meaning = found.pop() if len(found) == 1 else LATER
        # a 5xx to the greeting, the sign-in or the sender is no word about the recipient's address
        speaks_of_it = isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
        return meaning if speaks_of_it or not meaning.final else RELAY
    if isinstance(error, OSError):
        return LOST
    return OURS


def meaning_of_connecting(error: Exception) -> Meaning:
    """Return what a connection that cannot be opened means: nothing about the message that was to be sent."""
    return NOT_LET_IN if _replies(error) or not isinstance(error, OSError) else UNREACHABLE


def described(error: Exception) -> str:
    """Return the server's replies, or the error where there was none."""
    if isinstance(error, InDoubt):
        return described(error.cause)
    return "; ".join(f"{code} {text}" for code, text in _replies(error)) or f"{type(error).__name__}: {error}"


def _meaning(code: int, text: str) -> Meaning:
    return next(meaning for codes, texts, meaning in REPLIES if codes.fullmatch(str(code)) and texts.match(text))


def _replies(error: Exception) -> list[tuple[int, str]]:
    """Return the codes and texts of the server's replies; empty if there was none."""
    found: list[tuple[int, bytes | str]] = []
    match error:
        case smtplib.SMTPRecipientsRefused():
            found = list(error.recipients.values())
        case smtplib.SMTPResponseException():
            found = [(error.smtp_code, error.smtp_error)]
    return [(code, text.decode(errors="replace") if isinstance(text, bytes) else text) for code, text in found]
