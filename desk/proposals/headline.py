"""The line under a proposal's heading, which is the page's answer, and what happens next."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.deadlines import printed_day
from common.sides import Side, day_of
from common.templatetags.words import reader
from desk.proposals.selectors import ProposalPage
from desk.proposals.status import Course, Keyhole
from roadmaps.models import ProposalState

Words = str | Promise

HAS_SIGNED: Final[dict[str, Words]] = {
    Side.UZ: gettext_lazy("The Uzbek side has signed."),
    Side.KR: gettext_lazy("The Korean side has signed."),
}
REFUSED: Final[dict[str, Words]] = {
    Side.UZ: gettext_lazy("The Uzbek side has refused it."),
    Side.KR: gettext_lazy("The Korean side has refused it."),
}
KEY_TURNED: Final[dict[str, Words]] = {
    Side.UZ: gettext_lazy("Uzbek key turned, %(day)s"),
    Side.KR: gettext_lazy("Korean key turned, %(day)s"),
}
KEY_OF: Final[dict[str, Words]] = {
    Side.UZ: gettext_lazy("The Uzbek key: %(name)s"),
    Side.KR: gettext_lazy("The Korean key: %(name)s"),
}


def answer(page: ProposalPage) -> tuple[str, str]:
    """What would happen if the reader signed, or what became of it; then what else there is to know."""
    course = page.course
    if page.version:
        since = {"number": page.version.number, "day": _day(page.actor.side, page.version.in_force_at)}
        return _("In force as version %(number)d since %(day)s.") % since, _became(page)
    if page.proposal.state == ProposalState.WITHDRAWN:
        return _("Withdrawn."), _("Nothing of it is in force; what it said stays readable.")
    if course.is_void:
        return (
            _("This revision is void: the proposal was edited after it was published."),
            _("Keys that had turned on it count no more."),
        )
    if course.overtaken:
        return (
            _("The road map has moved on: nobody can sign this any more."),
            _("A new proposal starts from the version in force."),
        )
    if course.refusal:
        return str(REFUSED[course.refusal.side]), _("No key turns on it any more; a new revision can answer it.")
    if page.revision is None:
        return _draft(page), _("Nobody can sign it before a secretary publishes it.")
    return _offer(page), " ".join(_state_of_keys(page))


def steps(page: ProposalPage) -> list[tuple[str, bool]]:
    """What has happened and what comes, each with whether it is now."""
    course = page.course
    then = _("In the same moment: version %(number)d in force, its dates count") % {"number": page.next_number}
    proved = _("Anybody can check both signatures, also without this server")
    if page.version:
        return [
            *_turned(course),
            (_("Version %(number)d in force") % {"number": page.version.number}, True),
            (proved, False),
        ]
    if page.revision is None and page.proposal.is_open and not course.overtaken:
        return [
            (_("The draft is edited"), True),
            (_("A secretary publishes it: the text is frozen"), False),
            (_("Each side’s co-chair turns a key, in any order"), False),
            (then, False),
        ]
    if course.refusal:
        return [
            *_turned(course),
            (str(REFUSED[course.refusal.side]), False),
            (_("A secretary edits it and publishes the next revision, or withdraws it"), True),
        ]
    if not course.takes_keys:
        return []
    waiting = sorted(course.missing, key=lambda hole: hole is not page.own_key)
    return [
        *_turned(course),
        *((_key_of(page, hole), not place) for place, hole in enumerate(waiting)),
        (then, False),
        (proved, False),
    ]


def _draft(page: ProposalPage) -> str:
    if page.is_first:
        count = len(list(page.content.milestones()))
        said = ngettext(
            "A draft of the first version, with %(count)d milestone.",
            "A draft of the first version, with %(count)d milestones.",
            count,
        )
        return said % {"count": count}
    count = len(page.rows)
    said = ngettext(
        "A draft: %(count)d thing would change in the road map “%(name)s”.",
        "A draft: %(count)d things would change in the road map “%(name)s”.",
        count,
    )
    return said % {"count": count, "name": page.road_map.group}


def _offer(page: ProposalPage) -> str:
    """What follows from the reader's key, from the second one, or from both."""
    half = bool(page.course.signed)
    last = page.can_sign and half
    words = {"name": page.road_map.group, "count": len(page.rows)}
    if page.is_first:
        if last:
            return _("If you sign, the road map “%(name)s” comes into force as version 1, at once.") % words
        if half:
            return _("With the second key the road map “%(name)s” comes into force as version 1, at once.") % words
        return _("If both sides sign, the road map “%(name)s” comes into force as version 1.") % words
    if page.is_extract:
        said = ngettext(
            "If both keys turn, %(count)d thing changes in the rows that name your organisation.",
            "If both keys turn, %(count)d things change in the rows that name your organisation.",
            len(page.rows),
        )
    elif last:
        said = ngettext(
            "If you sign, %(count)d thing changes in the road map “%(name)s”, at once.",
            "If you sign, %(count)d things change in the road map “%(name)s”, at once.",
            len(page.rows),
        )
    elif half:
        said = ngettext(
            "With the second key %(count)d thing changes in the road map “%(name)s”, at once.",
            "With the second key %(count)d things change in the road map “%(name)s”, at once.",
            len(page.rows),
        )
    else:
        said = ngettext(
            "If both sides sign, %(count)d thing changes in the road map “%(name)s”.",
            "If both sides sign, %(count)d things change in the road map “%(name)s”.",
            len(page.rows),
        )
    return said % words


def _state_of_keys(page: ProposalPage) -> Iterator[str]:
    signed = page.course.signed
    if signed:
        yield from (str(HAS_SIGNED[signature.side]) for signature in signed)
    else:
        yield _("Neither side has signed yet.")
    if not page.is_first and not page.is_extract:
        yield _("Nothing else in the document changes.")


def _became(page: ProposalPage) -> str:
    if page.is_first:
        return _("Everything in it was new.")
    count = len(page.rows)
    return ngettext("It changed %(count)d thing.", "It changed %(count)d things.", count) % {"count": count}


def _turned(course: Course) -> list[tuple[str, bool]]:
    return [(str(KEY_TURNED[row.side]) % {"day": _day(row.side, row.issued_at)}, False) for row in course.signed]


def _day(side: str, at: datetime) -> str:
    return printed_day(day_of(side, at), reader())


def _key_of(page: ProposalPage, hole: Keyhole) -> str:
    if hole is page.own_key:
        return _("Your key")
    name = hole.holder.user.name if hole.holder else _("no co-chair is named yet")
    return str(KEY_OF[hole.side]) % {"name": name}
