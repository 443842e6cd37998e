"""Text in several languages: the value, its column and form field, and how a search compares letters.

One JSON column stores every language and which of them is the original. A reader is shown their own language, or else
the original; a comparison looks at every language.
"""

from common.text.field import MultilingualField
from common.text.form import MultilingualFormField, MultilingualWidget
from common.text.search import fold, search_pattern
from common.text.value import Text, tidied

__all__ = [
    "MultilingualField",
    "MultilingualFormField",
    "MultilingualWidget",
    "Text",
    "fold",
    "search_pattern",
    "tidied",
]
