"""The gate for every text that a person types, through whatever door: what is kept is what was seen.

It acts on entry only. What is stored already, and may be signed, is read as it is.
"""

import re
import unicodedata
from typing import Final

from common.errors import InvalidValue

# what Word and web pages leave behind, and nobody sees: soft hyphen, zero-width blank, word joiner, byte order mark
_LEFT_BEHIND: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_LINE_END: Final = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
_BLANKS: Final = re.compile("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
# invisible, though no category says so: fillers, joiners, vowels and note heads that are never drawn, and the code
# points that stay reserved for more of the kind
_INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U00016fe4\U0001d159\U000e0000-\U000e0fff]"
)
_NONCHARACTERS: Final = range(0xFDD0, 0xFDF0)
_JOINERS: Final = "\u200c\u200d"
_EMOJI_STYLE: Final = "\ufe0e\ufe0f"
# the scripts whose letters change shape beside each other: there the joiners are part of the spelling
_JOINING: Final = re.compile(
    "ARABIC|SYRIAC|MANDAIC|NKO|MONGOLIAN|DEVANAGARI|BENGALI|GURMUKHI|GUJARATI|ORIYA|TAMIL|TELUGU|KANNADA|MALAYALAM"
    "|SINHALA|KHMER|MYANMAR|TIBETAN"
)
# the flags of England, Scotland and Wales are a black flag and hidden letters: these three, and no other such text
_FLAGS: Final = re.compile(
    "\U0001f3f4\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074"
    "|\U000e0077\U000e006c\U000e0073)\U000e007f"
)
_LONGEST_PLACE: Final = 20  # characters of the word after which something hidden stands


def typed(text: str, *, multiline: bool = False) -> str:
    """Return a text as it is kept: NFC, every run of blanks one blank, none around it or around a line.

    - Line ends become line feeds in a ``multiline`` text and blanks in any other.
    - What word processors leave behind unseen is dropped.
    - A text without a letter or a digit is empty.

    Raises: InvalidValue for the first hidden character, by its name and place.
    """
    text = _LINE_END.sub("\n" if multiline else " ", text.translate(_LEFT_BEHIND))
    if multiline:
        text = "\n".join(_BLANKS.sub(" ", line).strip(" ") for line in text.split("\n")).strip("\n")
    else:
        text = _BLANKS.sub(" ", text).strip(" ")
    text = unicodedata.normalize("NFC", text)
    if (at := first_hidden(text)) is not None:
        place = text[:at].split()[-1:]
        if place:
            raise InvalidValue("text.hidden", character=name_of(text[at]), after=place[0][-_LONGEST_PLACE:])
        raise InvalidValue("text.hidden_first", character=name_of(text[at]))
    return text if has_words(text) else ""


def has_words(text: str) -> bool:
    """Return whether a text has a letter or a digit that can be seen."""
    return any(unicodedata.category(letter)[0] in "LN" and not _INVISIBLE.match(letter) for letter in text)


def first_hidden(text: str) -> int | None:
    """Return where the first character stands that nobody sees and no language needs; None where there is none."""
    if text.replace("\n", " ").isprintable() and not _INVISIBLE.search(text):
        return None  # nearly every text; the rest looks at each character
    flags = [range(found.start(), found.end()) for found in _FLAGS.finditer(text)]
    hidden = (at for at in range(len(text)) if _is_hidden(text, at) and not any(at in flag for flag in flags))
    return next(hidden, None)


def name_of(character: str) -> str:
    """Return such as U+202E RIGHT-TO-LEFT OVERRIDE; nothing for no character."""
    return character and f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()


def visible_pieces(text: str) -> list[tuple[str, str]]:
    """Return a text in pieces of (what is seen, what is not): the second is one character, or empty at the end.

    What is not seen is whatever `typed` would not keep: hidden characters, what is dropped, and blanks that are none.
    """
    pieces, seen = [], ""
    for at, letter in enumerate(text):
        if letter in " \n" or not (ord(letter) in _LEFT_BEHIND or _BLANKS.match(letter) or _is_hidden(text, at)):
            seen += letter
        else:
            pieces.append((seen, letter))
            seen = ""
    return [*pieces, (seen, "")]


def _is_hidden(text: str, at: int) -> bool:
    letter = text[at]
    if letter == "\n":
        return False
    if letter in _JOINERS:
        return not _joins(text[at - 1 : at], text[at + 1 : at + 2])
    if letter in _EMOJI_STYLE:
        return not _has_style(text[at - 1 : at], text[at + 1 : at + 2])
    return (
        unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co")
        or bool(_INVISIBLE.match(letter))
        or ord(letter) in _NONCHARACTERS
        or ord(letter) & 0xFFFE == 0xFFFE
    )


def _joins(before: str, after: str) -> bool:
    """Return whether a joiner stands between letters of a script that joins, or between emoji."""
    if not (before and after):
        return False
    if all(_JOINING.match(unicodedata.name(letter, "")) for letter in (before, after)):
        return unicodedata.category(before)[0] in "LM" and unicodedata.category(after)[0] in "LM"
    is_emoji = unicodedata.category(before) == "So" or before == "\ufe0f" or _is_skin(before)
    return is_emoji and unicodedata.category(after) in ("So", "Sm")


def _has_style(before: str, after: str) -> bool:
    """Return whether an emoji style means something there: behind a symbol, or in a key of a telephone."""
    if not before:
        return False
    if before.isascii():
        return before in "0123456789#*" and after == "\u20e3"
    return unicodedata.category(before) in ("So", "Sm") or before in "\u203c\u2049\u2139\u3030"


def _is_skin(letter: str) -> bool:
    return "\U0001f3fb" <= letter <= "\U0001f3ff"
