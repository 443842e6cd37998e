"""How a mail prints in plain letters."""

from django import template
from django.utils.translation import gettext as _

from common.templatetags.words import reader
from common.text import NAMES, Text

register = template.Library()


@register.filter
def plain(text: Text | str) -> str:
    """The text for the reader; where only another language has it, so said."""
    if not isinstance(text, Text):
        return text
    words, language = text.shown(reader())
    if language == reader():
        return words
    return _("%(words)s [%(language)s, the original]") % {"words": words, "language": NAMES[language]}
