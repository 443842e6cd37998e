"""What people type and paste, made from the Unicode tables: characters of each category, alone and inside a word."""

import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

OF_A_CATEGORY: Final = 6  # the first, the last, and some between

# what Word leaves behind and nobody sees
DROPPED: Final = "\u00ad\u200b\u2060\ufeff"
LINE_ENDS: Final = ("\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029")
# never drawn, although their categories are those of letters, marks and symbols
FILLERS: Final = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
JOINERS: Final = "\u200c\u200d"
REFUSED_CATEGORIES: Final = ("Cc", "Cf", "Cs", "Co")


def by_category() -> dict[str, list[str]]:
    """Return every character of every category."""
    found: dict[str, list[str]] = defaultdict(list)
    for point in range(sys.maxunicode + 1):
        letter = chr(point)
        found[unicodedata.category(letter)].append(letter)
    return found


ALL: Final = by_category()


def some(letters: list[str]) -> Iterator[str]:
    """Yield a few characters, spread over all of them."""
    step = max(1, len(letters) // OF_A_CATEGORY)
    yield from dict.fromkeys([*letters[::step], letters[-1]])


def characters() -> Iterator[str]:
    for category in sorted(ALL):
        yield from some(ALL[category])
    yield from (*DROPPED, *LINE_ENDS, *FILLERS, *JOINERS)


def inputs() -> Iterator[str]:
    """Yield texts with one odd character each, alone, in front of a word, inside and behind it, and whole oddities."""
    for letter in dict.fromkeys(characters()):
        yield from (letter, f"{letter}hydro", f"hy{letter}dro", f"hydro{letter}")
    yield from (
        "hydro",
        "",
        "  hydro \t power\u3000plant ",
        "hydro\r\n\r\n power",
        "10\u202e001\u202c t",
        unicodedata.normalize("NFD", "Йўл хаританг é 한국"),
        "می\u200cخواهم",
        "क्\u200dष",
        "crew \U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f 1\ufe0f\u20e3",
        "England \U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "\u2014",
        "\ud800",
        "100 %(n)s {0} <b>&amp;",
    )


INPUTS: Final = tuple(dict.fromkeys(inputs()))
