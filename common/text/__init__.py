"""Text in several languages: the value, its column and form field, and how a search compares letters.

One JSON column stores every language and which of them is the original. A reader is shown their own language, or else
the original; a comparison looks at every language. `typed` is the gate for every text that a person types.
"""

from common.text.columns import keep_as_typed
from common.text.field import MultilingualField
from common.text.form import EmailField, LineField, LinesField, MultilingualFormField, MultilingualWidget, SlugField
from common.text.gate import first_hidden, has_words, name_of, typed, visible_pieces
from common.text.search import Folded, fold, search_words
from common.text.value import Text, tidied

__all__ = [
    "EmailField",
    "Folded",
    "LineField",
    "LinesField",
    "MultilingualField",
    "MultilingualFormField",
    "MultilingualWidget",
    "SlugField",
    "Text",
    "first_hidden",
    "fold",
    "has_words",
    "keep_as_typed",
    "name_of",
    "search_words",
    "tidied",
    "typed",
    "visible_pieces",
]
