"""The sentences of this package's errors, by code."""

from typing import Final

from django.utils.translation import gettext_lazy as _

SENTENCES: Final = {
    "json.float": _("The number %(value)s has no exact form in JSON. Write it as a string."),
    "text.unstorable": _("The text contains a character that cannot be stored, such as a NUL byte. Type it again."),
    "text.hidden": _(
        "There is a hidden character after “%(after)s”: %(character)s. Delete what stands there and type it again."
    ),
    "text.hidden_first": _("The text begins with a hidden character: %(character)s. Delete it all and type it again."),
    "text.not_a_text": _("A text is an object with exactly two keys, “original” and “texts”."),
    "text.not_a_string": _("The text in “%(language)s” is not a string."),
    "text.unknown_language": _("“%(language)s” is not a supported language. Use one of: %(choices)s."),
    "text.unknown_original": _("The original language “%(language)s” is not supported. Use one of: %(choices)s."),
    "text.no_original": _("There is no text in the original language “%(language)s”, or it is blank."),
    "day.not_a_day": _("“%(value)s” is not a day. Write it as 2025-06-30: year, month, day."),
    "day.out_of_range": _("%(value)s is out of range. Give a day from %(first)s to %(last)s."),
    "deadline.incomplete": _("A deadline has both a date and a precision, or neither."),
    "deadline.has_time": _("A deadline is a date without a time."),
    "deadline.unknown_precision": _("“%(value)s” is not a precision. Use one of: %(choices)s."),
    "deadline.not_last_day": _("This deadline must be the last day of its period: %(last_day)s."),
    "deadline.not_reviewed": _("Only a continuous deadline has a review interval."),
    "deadline.review_interval": _("The review interval of a continuous deadline is from 1 to %(most)d months."),
    "deadline.not_a_deadline": _("A deadline has exactly the keys due_on, precision and review_every."),
    "deadline.not_a_date": _("“%(value)s” is not a date in the form 2025-06-30."),
    "deadline.year_out_of_range": _("The calendar has no year %(year)d."),
    "period.unknown": _("The precision “%(precision)s” has no periods."),
    "period.year_has_no_parts": _("A year has no parts."),
    "period.out_of_range": _("The number of the period must be from 1 to %(most)d."),
    "period.no_date": _("A deadline that is still to be agreed has no periods."),
    "period.before_first": _("This deadline begins in %(first)d; it has no period %(period)d."),
    "period.none": _("This deadline has no period %(period)d."),
}
