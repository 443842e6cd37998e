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
    Side.UZ: gettext_lazy("Signed by the Uzbek side, %(day)s"),
    Side.KR: gettext_lazy("Signed by the Korean side, %(day)s"),
}
KEY_OF: Final[dict[str, Words]] = {
    Side.UZ: gettext_lazy("Uzbek signature: %(name)s"),
    Side.KR: gettext_lazy("Korean signature: %(name)s"),
}


def answer(page: ProposalPage) -> tuple[str, str]:
    """What would happen if the reader signed, or what became of it; then what else there is to know."""
    course = page.course
    if page.version:
        since = {"number": page.version.number, "day": _day(page.actor.side, page.version.in_force_at)}
        return _("In force as version %(number)d since %(day)s.") % since, _became(page)
    if page.proposal.state == ProposalState.WITHDRAWN:
        return _("Withdrawn."), _("It is not in force. Its text stays readable.")
    if course.is_void:
        return (
            _("This revision is void: the proposal was edited after publication."),
            _("Its signatures no longer count."),
        )
    if course.overtaken:
        return (
            _("A newer version is in force: this can no longer be signed."),
            _("Start a new proposal from the version in force."),
        )
    if course.refusal:
        return str(REFUSED[course.refusal.side]), _("It can no longer be signed. A new revision can be published.")
    if page.revision is None:
        return _draft(page), _("It can be signed once a secretary has published it.")
    return _offer(page), " ".join(_state_of_keys(page))


def steps(page: ProposalPage) -> list[tuple[str, bool]]:
    """What has happened and what comes, each with whether it is now."""
    course = page.course
    then = _("With the second signature: version %(number)d in force") % {"number": page.next_number}
    proved = _("Anyone can verify both signatures, even without this server")
    if page.version:
        return [
            *_turned(course),
            (_("Version %(number)d in force") % {"number": page.version.number}, True),
            (proved, False),
        ]
    if page.revision is None and page.proposal.is_open and not course.overtaken:
        return [
            (_("The draft is edited"), True),
            (_("A secretary publishes it, which freezes the text"), False),
            (_("Each side’s co-chair signs, in any order"), False),
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
        "A draft with %(count)d change to the road map “%(name)s”.",
        "A draft with %(count)d changes to the road map “%(name)s”.",
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
            return (
                _("With the second signature, the road map “%(name)s” comes into force as version 1, at once.") % words
            )
        return _("If both sides sign, the road map “%(name)s” comes into force as version 1.") % words
    if page.is_extract:
        said = ngettext(
            "If both sides sign, %(count)d thing changes in the rows that name your organisation.",
            "If both sides sign, %(count)d things change in the rows that name your organisation.",
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
            "With the second signature, %(count)d thing changes in the road map “%(name)s”, at once.",
            "With the second signature, %(count)d things change in the road map “%(name)s”, at once.",
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
        return _("All rows were new.")
    count = len(page.rows)
    return ngettext("It made %(count)d change.", "It made %(count)d changes.", count) % {"count": count}


def _turned(course: Course) -> list[tuple[str, bool]]:
    return [(str(KEY_TURNED[row.side]) % {"day": _day(row.side, row.issued_at)}, False) for row in course.signed]


def _day(side: str, at: datetime) -> str:
    return printed_day(day_of(side, at), reader())


def _key_of(page: ProposalPage, hole: Keyhole) -> str:
    if hole is page.own_key:
        return _("Your signature")
    name = hole.holder.user.name if hole.holder else _("no co-chair named yet")
    return str(KEY_OF[hole.side]) % {"name": name}
