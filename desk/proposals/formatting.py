"""How the pages print what two keys turn on: a difference in words, a hash, a moment in both capitals."""

from datetime import datetime
from typing import Final

from django import template
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common.deadlines import printed_day
from common.language import MARKS, NAMES, reader_language
from common.sides import TIME_ZONES, Side, day_of
from common.templatetags.words import side
from desk.proposals.diff_formatting import DiffLine, Span

register = template.Library()

# equal words stand as they are; what goes and what comes is also said to those who do not see the marks
FORMS: Final = {"equal": "{}{}", "removed": "<del>{}{}</del>", "added": "<ins>{}{}</ins>"}


@register.simple_tag
def difference(line: DiffLine) -> SafeString:
    """`{% difference line %}`: one line of a change, words struck and words underlined."""
    words = format_html_join("", "{}", ((_span(span),) for span in line.spans))
    label = format_html('<span class="quiet small">{}:</span> ', line.label) if line.label else ""
    if not line.language:
        return format_html("{}{}", label, words)
    mark = '{}<span lang="{}">{}</span> <abbr class="original-mark" title="{}">{}</abbr>'
    return format_html(mark, label, line.language, words, NAMES[line.language], MARKS[line.language])


def _span(span: Span) -> SafeString:
    text = linebreaksbr(span.text)
    if span.hidden:
        text = format_html('<span class="hidden-character" title="{}">{}</span>', span.hidden, text)
    return format_html(FORMS[span.kind], side(span.side), text)


@register.filter
def in_fours(digest: str) -> str:
    """The first sixteen digits of a hash, as two people compare them aloud: b6e3 dd74 764c 7f42."""
    return " ".join(digest[i : i + 4] for i in range(0, 16, 4))


@register.simple_tag
def own_day(at: datetime, code: str) -> str:
    """`{% own_day revision.published_at shell.side %}`: the day of a moment, on that side's calendar."""
    return printed_day(day_of(code, at), reader_language())


@register.simple_tag
def both_capitals(at: datetime, first: str) -> str:
    """`{% both_capitals at "UZ" %}`: 19 September 2025, 16:42 in Tashkent (20:42 in Seoul)."""
    second = Side.KR if first == Side.UZ else Side.UZ
    other = _hour(at, second)
    if day_of(first, at) != day_of(second, at):
        other = f"{printed_day(day_of(second, at), reader_language())}, {other}"
    words = {"day": printed_day(day_of(first, at), reader_language()), "here": _hour(at, first), "there": other}
    if first == Side.UZ:
        return _("%(day)s, %(here)s in Tashkent (%(there)s in Seoul)") % words
    return _("%(day)s, %(here)s in Seoul (%(there)s in Tashkent)") % words


def _hour(at: datetime, code: str) -> str:
    return f"{at.astimezone(TIME_ZONES[code]):%H:%M}"
