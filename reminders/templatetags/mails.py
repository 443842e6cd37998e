"""Template filters for text emails."""

from django import template
from django.utils.translation import gettext as _

from common.language import NAMES, reader_language
from common.text import Text

register = template.Library()


@register.filter
def plain(text: Text | str) -> str:
    """Return the text in the reader's language, or the original, marked with its language."""
    if not isinstance(text, Text):
        return text
    words, language = text.shown(reader_language())
    if language == reader_language():
        return words
    return _("%(words)s [%(language)s, the original]") % {"words": words, "language": NAMES[language]}
