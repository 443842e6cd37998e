"""The line under a proposal's heading, and the steps of "What happens next"."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.deadlines import printed_day
from common.language import reader_language
from common.sides import Side, day_of
from desk.proposals.selectors import ProposalPage
from desk.proposals.status import SignatureSlot
from roadmaps.proposal_status import ProposalAct, ProposalStatus

Words = str | Promise

HAS_SIGNED: Final[dict[str, Words]] = {
    Side.UZ: gettext_lazy("The Uzbek side has signed."),
    Side.KR: gettext_lazy("The Korean side has signed."),
}
REFUSED: Final[dict[str, Words]] = {
    Side.UZ: gettext_lazy("The Uzbek side has refused it."),
    Side.KR: gettext_lazy("The Korean side has refused it."),
}
SIGNED_ON: Final[dict[str, Words]] = {
    Side.UZ: gettext_lazy("Signed by the Uzbek side, %(day)s"),
    Side.KR: gettext_lazy("Signed by the Korean side, %(day)s"),
}
SIGNATURE_OF: Final[dict[str, Words]] = {
    Side.UZ: gettext_lazy("Uzbek signature: %(name)s"),
    Side.KR: gettext_lazy("Korean signature: %(name)s"),
}
FIXED: Final[dict[ProposalStatus, tuple[Words, Words]]] = {
    ProposalStatus.WITHDRAWN: (
        gettext_lazy("Withdrawn."),
        gettext_lazy("It is not in force. Its text stays readable."),
    ),
    ProposalStatus.VOID: (
        gettext_lazy("This revision is void: the proposal was edited after publication."),
        gettext_lazy("Its signatures no longer count."),
    ),
    **dict.fromkeys(
        (ProposalStatus.OVERTAKEN_DRAFT, ProposalStatus.OVERTAKEN_REWORKED, ProposalStatus.OVERTAKEN_PUBLISHED),
        (
            gettext_lazy("A newer version is in force: this can no longer be signed."),
            gettext_lazy("Start a new proposal from the version in force."),
        ),
    ),
}

# by whether the reader's signature is the second one, and whether there is a first
FIRST_VERSION: Final[dict[tuple[bool, bool], Words]] = {
    (True, True): gettext_lazy("If you sign, the road map “%(name)s” comes into force as version 1, at once."),
    (False, True): gettext_lazy(
        "With the second signature, the road map “%(name)s” comes into force as version 1, at once."
    ),
    (False, False): gettext_lazy("If both sides sign, the road map “%(name)s” comes into force as version 1."),
}


def headline(page: ProposalPage) -> tuple[str, str]:
    """Return the status, or what happens if the reader signs, and then what else there is to know."""
    summary = page.summary
    if page.version:
        since = {"number": page.version.number, "day": _day(page.actor.side, page.version.in_force_at)}
        return _("In force as version %(number)d since %(day)s.") % since, _changed(page)
    if summary.status in FIXED:
        first, then = FIXED[summary.status]
        return str(first), str(then)
    if summary.refusal:
        return str(REFUSED[summary.refusal.side]), _("It can no longer be signed. A new revision can be published.")
    if not summary.awaits_signatures:
        return _draft(page), _("It can be signed once a secretary has published it.")
    return _offer(page), " ".join(_signatures(page))


def steps(page: ProposalPage) -> list[tuple[str, bool]]:
    """Return what has happened and what comes next, each with whether it is the current step."""
    summary = page.summary
    signed = [(str(SIGNED_ON[row.side]) % {"day": _day(row.side, row.issued_at)}, False) for row in summary.signed]
    then = _("With the second signature: version %(number)d in force") % {"number": page.next_number}
    verified = _("Anyone can verify both signatures, even without this server")
    if page.version:
        in_force = _("Version %(number)d in force") % {"number": page.version.number}
        return [*signed, (in_force, True), (verified, False)]
    if summary.status == ProposalStatus.REFUSED and summary.refusal:
        return [
            *signed,
            (str(REFUSED[summary.refusal.side]), False),
            (_("A secretary edits it and publishes the next revision, or withdraws it"), True),
        ]
    if summary.awaits_signatures:
        waiting = sorted(summary.missing, key=lambda slot: slot is not page.own_slot)
        signing = [(_signing(page, slot), not place) for place, slot in enumerate(waiting)]
        return [*signed, *signing, (then, False), (verified, False)]
    if page.revision is None and summary.move(ProposalAct.PUBLISH, page.actor.side):
        return [
            (_("The draft is edited"), True),
            (_("A secretary publishes it, which freezes the text"), False),
            (_("Each side’s co-chair signs, in any order"), False),
            (then, False),
        ]
    return []


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
    """Return what happens at the reader's signature, at the second one, or at both."""
    half = bool(page.summary.signed)
    last = page.can_sign and half
    words = {"name": page.road_map.group, "count": len(page.rows)}
    if page.is_first:
        return str(FIRST_VERSION[last, half]) % words
    if page.is_extract:
        offer = ngettext(
            "If both sides sign, %(count)d thing changes in the rows that name your organisation.",
            "If both sides sign, %(count)d things change in the rows that name your organisation.",
            len(page.rows),
        )
    elif last:
        offer = ngettext(
            "If you sign, %(count)d thing changes in the road map “%(name)s”, at once.",
            "If you sign, %(count)d things change in the road map “%(name)s”, at once.",
            len(page.rows),
        )
    elif half:
        offer = ngettext(
            "With the second signature, %(count)d thing changes in the road map “%(name)s”, at once.",
            "With the second signature, %(count)d things change in the road map “%(name)s”, at once.",
            len(page.rows),
        )
    else:
        offer = ngettext(
            "If both sides sign, %(count)d thing changes in the road map “%(name)s”.",
            "If both sides sign, %(count)d things change in the road map “%(name)s”.",
            len(page.rows),
        )
    return offer % words


def _signatures(page: ProposalPage) -> Iterator[str]:
    signed = page.summary.signed
    if signed:
        yield from (str(HAS_SIGNED[signature.side]) for signature in signed)
    else:
        yield _("Neither side has signed yet.")
    if not page.is_first and not page.is_extract:
        yield _("Nothing else in the document changes.")


def _changed(page: ProposalPage) -> str:
    if page.is_first:
        return _("All rows were new.")
    count = len(page.rows)
    return ngettext("It made %(count)d change.", "It made %(count)d changes.", count) % {"count": count}


def _day(side: str, at: datetime) -> str:
    return printed_day(day_of(side, at), reader_language())


def _signing(page: ProposalPage, slot: SignatureSlot) -> str:
    if slot is page.own_slot:
        return _("Your signature")
    name = slot.co_chair.user.name if slot.co_chair else _("no co-chair named yet")
    return str(SIGNATURE_OF[slot.side]) % {"name": name}
