"""How the pages print a record: an organisation with its side, a decision's status, a date as the source gives it."""

from typing import Final

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import Organisation
from common.deadlines import Deadline, Precision, printed, printed_day, printed_long
from common.language import NAMES, reader_language
from common.templatetags.words import in_language, side, status
from common.text import Text
from desk.roadmaps.selectors.table import ExecutorCell
from programme.models import Decision, Meeting, SourceStanding
from programme.regions import region_name

register = template.Library()

# the shapes of components.css; what runs, what is done and what is only considered look apart from what is to be done
SHAPES: Final = {
    SourceStanding.NOTED: "done",
    SourceStanding.LAUNCHED: "cont",
    SourceStanding.UNDER_WAY: "cont",
    SourceStanding.PROPOSED: "draft",
    SourceStanding.CONSIDERED: "none",
}


@register.simple_tag
def organisation(of: Organisation | None, short: bool = False) -> SafeString:
    """`{% organisation row %}`: the side and the name of an organisation, linked to its page; nothing for None."""
    if not isinstance(of, Organisation):
        return SafeString("")
    address = reverse("desk:organisation", args=[of.code])
    name = of.short_name if short else in_language(of.name)
    return format_html('{}<a href="{}">{}</a>', side(of.side), address, name)


@register.simple_block_tag
def table(content: str, heading: str, *columns: str, numbers: int = 0, wide_first: bool = True) -> SafeString:
    """`{% table "h-parts" _("Organisation") _("Part") %} rows {% endtable %}`: a table, as cards on a narrow screen.

    ``heading`` is the id of the heading that names it; the last ``numbers`` columns hold numbers.
    """
    words = columns[: len(columns) - numbers]
    return format_html(
        '<div class="table-box" tabindex="0" role="group" aria-labelledby="{}"><table class="table cards{}">'
        "<thead><tr>{}{}</tr></thead><tbody>{}</tbody></table></div>",
        heading,
        " wide-first" if wide_first else "",
        format_html_join("", '<th scope="col">{}</th>', ((column,) for column in words)),
        format_html_join("", '<th scope="col" class="num">{}</th>', ((column,) for column in columns[len(words) :])),
        content,
    )


@register.simple_tag
def prose(text: Text) -> SafeString:
    """A text of several paragraphs; a note below says so where it is shown in another language."""
    words, language = text.shown(reader_language())
    paragraphs = SafeString(linebreaks(words, autoescape=True))
    shown = format_html('<div class="prose" lang="{}">{}</div>', language, paragraphs)
    if language == reader_language():
        return shown
    note = _("Shown in the original language: %(language)s") % {"language": NAMES[language]}
    return format_html('{}<p class="small quiet">{}</p>', shown, note)


@register.simple_tag
def executor(cell: ExecutorCell) -> SafeString:
    """One executor of a milestone: its organisation, its own part, and an asterisk where that is to be confirmed."""
    name = organisation(cell.organisation, short=True) if cell.organisation else cell.executor.organisation
    part = format_html(" ({})", in_language(cell.executor.part)) if cell.executor.part else ""
    mark = '<span aria-hidden="true">&nbsp;*</span><span class="visually-hidden">, {}</span>'
    return format_html("{}{}{}", name, part, format_html(mark, _("to be confirmed")) if cell.unconfirmed else "")


@register.simple_tag
def source_standing(of: Decision | str) -> SafeString:
    """`{% source_standing decision %}`, or one value: the status in the source as a word with a shape."""
    value = SourceStanding(of.source_standing if isinstance(of, Decision) else of)
    return status(SHAPES.get(value, "open"), capfirst(str(value.label)))


@register.simple_tag
def paragraph(meeting: Meeting | None, number: int | None, dated: bool = False) -> SafeString:
    """`{% paragraph meeting 17 %}`: the paragraph of a meeting's record, linked to it."""
    if number is None:
        return SafeString("")
    words = _("paragraph %(number)d") % {"number": number}
    if not isinstance(meeting, Meeting):
        return format_html("{}", words)
    if dated:
        words = f"{printed_day(meeting.held_on, reader_language())}, {words}"
    return format_html('<a href="{}#p{}">{}</a>', reverse("desk:meeting", args=[meeting.code]), number, words)


@register.simple_tag
def unconfirmed() -> SafeString:
    """The note beside whatever is not in the source."""
    return format_html('<span class="quiet">{}</span>', _("not in the press release, to be confirmed"))


@register.filter
def deadline(value: Deadline) -> SafeString:
    """As it was agreed, in the reader's language; quiet where there is no date yet."""
    words = printed_long(value, reader_language())
    return format_html("{}" if value.due_on else '<span class="quiet">{}</span>', words)


@register.filter
def named_date(decision: Decision) -> str:
    """The last day that the source names, as exactly as it names it; empty for none."""
    return (
        printed(Deadline(decision.due_on, Precision(decision.due_precision)), reader_language())
        if decision.due_on
        else ""
    )


@register.filter
def region(code: str) -> Text | str:
    """`{{ "UZ-JI"|region }}`: its name."""
    return region_name(code)
