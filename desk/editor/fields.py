"""What a person types for each signed value, as strings; and the value that it gives, or a sentence.

A text is typed in every language, under NAME.en to NAME.ko, with NAME.original beside them.
"""

import re
from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.deadlines import LONGEST_REVIEW, TO_BE_AGREED, Deadline, Precision, last_day
from common.text import LANGUAGES, MultilingualFormField, Text
from roadmaps.document.content import ExecutorContent, MeasureContent, MilestoneContent, Role, SectionContent
from roadmaps.document.fields import HIGHEST_NUMBER

Values = dict[str, str]

TITLE_LIMIT: Final = 1000  # characters a language, as below
TEXT_LIMIT: Final = 2000
REASON_LIMIT: Final = 4000  # as the column of a proposal has it

_WHOLE: Final = re.compile(r"[0-9]{1,4}")
# which box beside the year says the part of it
PARTS: Final = {Precision.MONTH: "month", Precision.QUARTER: "quarter", Precision.HALF: "half", Precision.YEAR: ""}


def text_keys(name: str) -> tuple[str, ...]:
    return (*(f"{name}.{language}" for language in LANGUAGES), f"{name}.original")


SECTION: Final = text_keys("title")
MEASURE: Final = (
    "number",
    *text_keys("title"),
    "decision",
    *text_keys("expected_result"),
    "funding_organisation",
    *text_keys("funding_text"),
)
DEADLINE: Final = ("precision", "day", "month", "quarter", "half", "year", "review_every")
MILESTONE: Final = ("number", *text_keys("mechanism"), *DEADLINE, "project")
EXECUTOR: Final = ("organisation", "role", *text_keys("part"))
HEAD: Final = (*text_keys("reason"), *text_keys("note"))

_MISSING = gettext_lazy("Write what this is: a row says so in one language at least.")
_TEXTS: Final = {
    (limit, required): MultilingualFormField(max_length=limit, required=required, error_messages={"required": _MISSING})
    for limit in (TITLE_LIMIT, TEXT_LIMIT, REASON_LIMIT)
    for required in (True, False)
}


class Wrong(ValueError):
    """What was typed gives no value; the message is a sentence for the person."""


# ---------- Typed: what the boxes show ----------


def type_text(name: str, text: Text | None, language: str) -> Values:
    """Without a text, the first one that is typed counts as written in ``language``, the reader's."""
    texts = text.texts if text else {}
    typed = {f"{name}.{code}": texts.get(code, "") for code in LANGUAGES}
    return {**typed, f"{name}.original": text.original if text else language}


def type_section(row: SectionContent, language: str) -> Values:
    return type_text("title", row.title, language)


def type_measure(row: MeasureContent, language: str) -> Values:
    return {
        "number": str(row.number),
        "decision": row.decision or "",
        "funding_organisation": row.funding_organisation or "",
        **type_text("title", row.title, language),
        **type_text("expected_result", row.expected_result, language),
        **type_text("funding_text", row.funding_text, language),
    }


def type_milestone(row: MilestoneContent, language: str) -> Values:
    return {
        "number": str(row.number),
        "project": row.project or "",
        **type_text("mechanism", row.mechanism, language),
        **type_deadline(row.deadline),
    }


def type_executor(row: ExecutorContent, language: str) -> Values:
    return {"organisation": row.organisation, "role": row.role.value, **type_text("part", row.part, language)}


def type_deadline(deadline: Deadline) -> Values:
    typed = dict.fromkeys(DEADLINE, "")
    day, precision = deadline.due_on, deadline.precision
    if day is None or precision is None:
        return typed
    typed |= {"precision": precision.value, "year": str(day.year)}
    if precision not in PARTS:
        typed |= {"day": str(day.day), "month": str(day.month)}
    elif precision is not Precision.YEAR:
        length = {Precision.MONTH: 1, Precision.QUARTER: 3, Precision.HALF: 6}[precision]
        typed[PARTS[precision]] = str((day.month - 1) // length + 1)
    if deadline.review_every is not None:
        typed["review_every"] = str(deadline.review_every)
    return typed


# ---------- Read: what they give ----------


def read_text(values: Values, name: str, limit: int, *, required: bool = False) -> Text | None:
    """Raises: Wrong."""
    try:
        text: Text | None = _TEXTS[limit, required].clean([values[key] for key in text_keys(name)])
    except ValidationError as error:
        raise Wrong(" ".join(error.messages)) from error
    return text


def read_number(value: str) -> int:
    """Raises: Wrong."""
    sentence = _("A number is a whole number from 1 to %(most)d.") % {"most": HIGHEST_NUMBER}
    return whole(value, 1, HIGHEST_NUMBER, sentence)


def read_role(value: str) -> Role:
    """Raises: Wrong."""
    try:
        return Role(value)
    except ValueError as error:
        raise Wrong(_("Choose lead or co-executor.")) from error


def read_deadline(values: Values) -> Deadline:
    """Raises: Wrong, for a day that is in no calendar and for what is missing."""
    if not values["precision"]:
        return TO_BE_AGREED
    try:
        precision = Precision(values["precision"])
    except ValueError as error:
        raise Wrong(_("Choose how exactly the deadline is meant.")) from error
    year = whole(values["year"], 1, 9999, _("Write the year in four digits, such as 2027."))
    if precision in PARTS:
        return Deadline(_last_day(precision, year, values), precision)
    review = None
    if precision is Precision.CONTINUOUS:
        sentence = _("Write after how many months the next review follows, from 1 to %(most)d.")
        review = whole(values["review_every"], 1, LONGEST_REVIEW, sentence % {"most": LONGEST_REVIEW})
    return Deadline(_day(year, values), precision, review)


def _last_day(precision: Precision, year: int, values: Values) -> date:
    part = None
    if box := PARTS[precision]:
        most = {"month": 12, "quarter": 4, "half": 2}[box]
        sentences = {
            "month": _("Choose the month."),
            "quarter": _("Choose the quarter."),
            "half": _("Choose the half of the year."),
        }
        part = whole(values[box], 1, most, sentences[box])
    return last_day(precision, year, part)


def _day(year: int, values: Values) -> date:
    day = whole(values["day"], 1, 9999, _("Write the day of the month, such as 30."))
    month = whole(values["month"], 1, 12, _("Choose the month."))
    try:
        return date(year, month, day)
    except ValueError as error:
        words = {"day": day, "month": month, "year": year}
        raise Wrong(_("There is no day %(day)d in month %(month)d of %(year)d.") % words) from error


def whole(value: str, least: int, most: int, sentence: str) -> int:
    """Digits 0 to 9 only: other scripts' would be taken silently. Raises: Wrong."""
    typed = value.strip()
    if not _WHOLE.fullmatch(typed) or not least <= int(typed) <= most:
        raise Wrong(sentence)
    return int(typed)
