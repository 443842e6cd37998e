"""Words that carry a shape: a side, a status, a text in the reader's language, a moment."""

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.deadlines import printed_day
from common.sides import Side
from common.text import LANGUAGES, MARKS, NAMES, Text

register = template.Library()


def reader() -> str:
    """The language of the page, one of those in which the product keeps texts."""
    language = (get_language() or "en").partition("-")[0]
    return language if language in LANGUAGES else "en"


@register.simple_tag
def side(code: str) -> SafeString:
    """`{% side "UZ" %}`: the letters of a side, to stand before a name. Nothing where there is no side."""
    if code not in Side.values:
        return SafeString("")
    return format_html('<abbr class="side side-{}" title="{}">{}</abbr>&nbsp;', code.lower(), Side(code).label, code)


@register.simple_tag
def status(kind: str, word: str) -> SafeString:
    """`{% status "open" "Open" %}`: a word and a shape; ``kind`` is one of the `.st-KIND` of components.css."""
    return format_html('<span class="st st-{}">{}</span>', kind, word)


@register.filter
def in_language(text: Text | str | None) -> str:
    """The text for the reader; where only another language has it, so said to people and to screen readers.

    Gives HTML: not for the value of an attribute (there, ``{{ text }}`` is the plain text).
    """
    if not isinstance(text, Text):
        return conditional_escape(text or "")
    words, language = text.shown(reader())
    if language == reader():
        return conditional_escape(words)
    title = _("In %(language)s, the original") % {"language": NAMES[language]}
    return format_html(
        '<span lang="{}">{}</span> <abbr class="original-mark" title="{}">{}</abbr>',
        language,
        words,
        title,
        MARKS[language],
    )


@register.filter
def day(at: date) -> str:
    """A day in the reader's language; of a moment, the day in the current time zone."""
    return printed_day(timezone.localtime(at).date() if isinstance(at, datetime) else at, reader())


@register.filter
def moment(at: datetime) -> str:
    """A day and an hour in the current time zone: 23 September 2025, 14:02."""
    return f"{day(at)}, {timezone.localtime(at):%H:%M}"
