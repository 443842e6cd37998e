"""Template tags for values: a side, a status, a text in the reader's language, a date and time."""

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common.deadlines import printed_day
from common.language import MARKS, NAMES, reader_language
from common.sides import Side
from common.text import Text

register = template.Library()


@register.simple_tag
def side(code: str) -> SafeString:
    """Return the letters of a side, to stand before a name: `{% side "UZ" %}`. Nothing where there is no side."""
    if code not in Side.values:
        return SafeString("")
    return format_html('<abbr class="side side-{}" title="{}">{}</abbr>&nbsp;', code.lower(), Side(code).label, code)


@register.simple_tag
def status(kind: str, word: str) -> SafeString:
    """Return a status with its shape: `{% status "open" "Open" %}`; ``kind`` is an `.st-KIND` of components.css."""
    return format_html('<span class="st st-{}">{}</span>', kind, word)


@register.filter
def in_language(text: Text | str | None) -> str:
    """Return the text in the reader's language, or the original with a mark that names its language.

    The result is HTML. In an attribute write ``{{ text }}``, which is the plain text.
    """
    if not isinstance(text, Text):
        return conditional_escape(text or "")
    found, language = text.shown(reader_language())
    if language == reader_language():
        return conditional_escape(found)
    title = _("Shown in the original language: %(language)s") % {"language": NAMES[language]}
    return format_html(
        '<span lang="{}">{}</span> <abbr class="original-mark" title="{}">{}</abbr>',
        language,
        found,
        title,
        MARKS[language],
    )


@register.filter
def day(at: date) -> str:
    """Return a date in the reader's language; of a datetime, the date in the current time zone."""
    return printed_day(timezone.localtime(at).date() if isinstance(at, datetime) else at, reader_language())


@register.filter
def moment(at: datetime) -> str:
    """Return a date and time in the current time zone: 23 September 2025, 14:02."""
    return f"{day(at)}, {timezone.localtime(at):%H:%M}"
