"""How a search compares letters: what is searched and what is searched in are folded by one rule.

Python folds what was typed, and SQLite's rows through a function; PostgreSQL folds its rows by the same steps in SQL.
`tests/inputs/test_search.py` compares the three.
"""

import re
import unicodedata
from sqlite3 import Connection
from typing import Any, Final

from django.db.models import TextField
from django.db.models.expressions import Func, Value
from django.db.models.functions import Lower, Replace

from common.text.value import tidied

# marks that people type for oʻ, gʻ and the tutuq belgisi, and for single quotation
_MARKS: Final = "`´‘’‚‛ʹʻʼʽˈ′ъ"
_QUOTATION: Final = "«»“”„‟″〝〞〟"
# nobody sees them; the dot is what is left of İ in lower case
_IGNORED: Final = "\u00ad\u034f\u115f\u1160\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060" + (
    "\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u3164\ufe0e\ufe0f\ufeff\u0307ь"
)
# Uzbek and Russian Cyrillic as the Latin script of Uzbek writes it; ё is е to whoever types Russian
_CYRILLIC: Final = "абвгдеёжзийклмнопрстуфхцыэқҳς"
_LATIN: Final = "abvgdeejziyklmnoprstufxsieqhσ"
_FROM: Final = _CYRILLIC + _MARKS + _QUOTATION
_TO: Final = _LATIN + "'" * len(_MARKS) + '"' * len(_QUOTATION)
_TABLE: Final = str.maketrans(_FROM, _TO, _IGNORED)
# one letter of one script for two of the other, and what Latin Uzbek writes for е, ё and ц
_REPLACED: Final = (
    *(("ў", "o'"), ("ғ", "g'"), ("ч", "ch"), ("ш", "sh"), ("щ", "sh"), ("ю", "yu"), ("я", "ya")),
    *(("ts", "s"), ("ye", "e")),
)
_YO: Final = "yo(?!')"
_BLANKS: Final = "[ \t\n\v\f\r\u0085\u2028\u2029]+"


def fold(text: str) -> str:
    """Return the text as a search compares it.

    NFKC in lower case, runs of blanks as one; every mark for oʻ, gʻ and the tutuq one mark, every quotation mark one;
    Cyrillic and Latin Uzbek alike, ё as е.
    """
    folded = unicodedata.normalize("NFKC", text).replace("İ", "i").lower().translate(_TABLE)
    for before, after in _REPLACED:
        folded = folded.replace(before, after)
    return re.sub(_BLANKS, " ", re.sub(_YO, "e", folded))


def search_words(query: str) -> str:
    """Return what was typed, folded, without blanks around it. Raises: InvalidValue as `tidied`."""
    return fold(tidied(query)).strip()


class Folded(Func):
    """A column, folded by the database as `fold` does."""

    function = "folded"
    arity = 1
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        (folded,) = self.get_source_expressions()
        folded = Lower(
            Replace(
                Func(folded, template="NORMALIZE(%(expressions)s, NFKC)", output_field=TextField()),
                Value("İ"),
                Value("i"),
            )
        )
        folded = Func(folded, Value(_FROM + _IGNORED), Value(_TO), function="translate", output_field=TextField())
        for before, after in _REPLACED:
            folded = Replace(folded, Value(before), Value(after))
        for pattern, after in ((_YO, "e"), (_BLANKS, " ")):
            folded = Func(
                *(folded, Value(pattern), Value(after), Value("g")), function="regexp_replace", output_field=TextField()
            )
        return compiler.compile(folded)


def add_function(connection: Connection) -> None:
    """Give a connection to SQLite the function of `Folded`."""
    connection.create_function("folded", 1, lambda text: None if text is None else fold(str(text)), deterministic=True)
