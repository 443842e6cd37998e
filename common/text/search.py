"""How a search compares letters."""

import re
import unicodedata
from typing import Final

from common.text.value import tidied

_APOSTROPHES: Final = "'`\u2018\u2019\u02bb\u02bc"
_FOLDED: Final = str.maketrans(dict.fromkeys(_APOSTROPHES, "\u02bb"))


def fold(text: str) -> str:
    """Return the text as a search compares it: case folded, the six marks typed for oʻ, gʻ and the tutuq made one."""
    return unicodedata.normalize("NFC", text).translate(_FOLDED).casefold()


def search_pattern(query: str) -> str:
    """Return a regular expression, for Python and for PostgreSQL's ~*, that finds the query literally.

    Any of the six apostrophes matches any other; the operator ignores case.
    Raises: InvalidValue as `tidied`.
    """
    any_apostrophe = f"[{_APOSTROPHES}]"
    return "".join(any_apostrophe if letter in _APOSTROPHES else re.escape(letter) for letter in tidied(query))
