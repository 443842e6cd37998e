"""Save one row, or one act on a row, in the draft: on what is stored now, whatever was stored when the page was opened.

An edit that began on an older text is merged field by field. What the older text was comes from the history that the
person may read; where it is not theirs to read, each field that differs counts as changed by both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.policy.actors import Actor
from accounts.policy.history import history_of
from accounts.policy.naming import actor_of_row, named
from common.errors import sentence
from desk.editor.targets import RowTarget, UnknownTarget, Values, values_of, with_values
from roadmaps.document.checks import contradictions
from roadmaps.document.content import RoadMapContent
from roadmaps.document.edit import RowNotFoundError, delete_row, move_row, restore_row
from roadmaps.document.merge import merge
from roadmaps.document.numbering import renumber
from roadmaps.document.read import read_content
from roadmaps.document.tree import stored_row
from roadmaps.models import Proposal
from roadmaps.services import save_content
from roadmaps.services.locking import lock_road_map

MOST_SEARCHED: Final = 200  # saves, to find who changed a row


class EditRefused(Exception):
    """What was typed is not saved; ``errors`` are (field, words), a field of "" being the whole row."""

    def __init__(self, *errors: tuple[str, str]) -> None:
        super().__init__(" ".join(words for _field, words in errors))
        self.errors = errors


@dataclass(frozen=True)
class Author:
    """Who changed a row last, as the person reads them, and when."""

    name: str
    side: str
    at: datetime


@dataclass(eq=False)
class EditConflict(Exception):
    """Somebody else has changed the same fields meanwhile, or deleted the row: nothing is saved.

    - ``author``: who did it, where the person may read that.
    - ``fields``: what both changed, with the other's value; ``values``: the person's, with the other's where they did
      not touch the field. Empty where the row is deleted; ``can_restore``: it can be put back with what was typed.
    - ``mine``: the content as the person would have it; ``version``: what the next attempt is based on.
    """

    author: Author | None
    fields: Mapping[str, Any] = field(default_factory=dict)
    values: Values = field(default_factory=dict)
    mine: RoadMapContent = RoadMapContent()
    version: int = 0
    can_restore: bool = False

    @property
    def is_deleted(self) -> bool:
        return not self.fields


@transaction.atomic
def save_row(
    *, proposal: Proposal, target: RowTarget, values: Values, opened_on: int, by: Actor, restore: bool = False
) -> str:
    """Save the fields of one row, or of the head, and return its key.

    - ``opened_on`` is the ``row_version`` on which the form was opened.
    - ``restore`` puts back a row that somebody else has deleted meanwhile.
    - What contradicts another row is refused; what is only unfinished is saved.

    Raises: NotAllowed, IllegalMove, EditRefused, EditConflict.
    """
    proposal = _current(proposal)
    content = proposal.document
    try:
        if target.is_new or opened_on == proposal.row_version:
            if not target.is_new and values_of(target, content, proposal.reason) is None:
                raise EditConflict(None)
            edited, key = with_values(target, content, values)
        else:
            edited, values = _merged(proposal, target, values, _Older(by, proposal, opened_on), restore=restore)
            key = target.key
    except RowNotFoundError as error:
        words = _("The row above it has been deleted meanwhile: there is no place for this row.")
        raise EditRefused(("", words)) from error
    _refuse_new_contradictions(content, edited, key)
    reason = values["reason"] if target.is_head else proposal.reason
    save_content(proposal=proposal, content=edited, reason=reason, based_on=proposal.row_version, by=by)
    return key


@transaction.atomic
def act_on_row(*, proposal: Proposal, act: str, uid: UUID | None, opened_on: int, by: Actor) -> bool:
    """Move, delete or restore a row, or renumber all; return whether anything changed.

    A row that somebody else changed since the page was opened is not deleted unseen.

    Raises: NotAllowed, IllegalMove, EditRefused; UnknownTarget for an act or a row that is not there.
    """
    proposal = _current(proposal)
    content = proposal.document
    if act == "delete" and uid and opened_on != proposal.row_version:
        before = _Older(by, proposal, opened_on).content
        if before is None or before.row(uid) != content.row(uid):
            raise EditRefused(("", _("It was changed while this page was open: read it as it is now, then delete it.")))
    agreed = proposal.base.revision.document if proposal.base else RoadMapContent()
    try:
        match act, uid:
            case "renumber", None:
                edited = renumber(content)
            case "up" | "down", UUID():
                edited = move_row(content, uid, up=act == "up")
            case "delete", UUID():
                edited = delete_row(content, uid)
            case "restore", UUID():
                edited = restore_row(content, agreed, uid)
            case _:
                raise UnknownTarget(act)
    except RowNotFoundError as error:
        raise UnknownTarget(act) from error
    save_content(proposal=proposal, content=edited, reason=proposal.reason, based_on=proposal.row_version, by=by)
    return edited != content


def _current(proposal: Proposal) -> Proposal:
    """Take the road map's lock and return the proposal as it is now."""
    lock_road_map(proposal.road_map_id)
    return Proposal.objects.select_related("road_map", "base__revision").get(pk=proposal.pk)


def _merged(
    proposal: Proposal, target: RowTarget, values: Values, older: "_Older", *, restore: bool
) -> tuple[RoadMapContent, Values]:
    """Return the content with the edit and all that was saved since it began, and the target's values in it.

    Raises: EditConflict.
    """
    content, before = proposal.document, older.values_of(target)
    stored = values_of(target, content, proposal.reason)
    if older.content is None or before is None:
        if stored is None:
            raise EditConflict(None)
        both = {name: stored[name] for name in values if values[name] != stored[name]}
        if both:
            mine, _key = with_values(target, content, values)
            raise EditConflict(older.author_of(target), both, values, mine, proposal.row_version)
        return content, values
    mine, _key = with_values(target, older.content, values)
    merged = merge(older.content, mine, content)
    if any(conflict.field == "row" for conflict in merged.conflicts) and not restore:
        raise EditConflict(older.author_of(target), can_restore=True)
    both = {conflict.field: conflict.theirs for conflict in merged.conflicts if conflict.field in values}
    taken = values_of(target, merged.content, proposal.reason) or values
    # the reason is the proposal's own, no field of the content
    if target.is_head and values["reason"] != before["reason"]:
        taken["reason"] = values["reason"]
        if proposal.reason not in (before["reason"], values["reason"]):
            both["reason"] = proposal.reason
    if both:
        raise EditConflict(older.author_of(target), both, taken, merged.content, proposal.row_version)
    return merged.content, taken


class _Older:
    """The text that an edit began from, as far as the person may read the history."""

    def __init__(self, actor: Actor, proposal: Proposal, version: int) -> None:
        self._actor, self._history = actor, history_of(actor, proposal)
        self._row = self._history.filter(row_version=version).first()
        self.content: RoadMapContent | None = read_content(self._row.content) if self._row else None

    def values_of(self, target: RowTarget) -> Values | None:
        return values_of(target, self.content, self._row.reason) if self.content is not None and self._row else None

    def author_of(self, target: RowTarget) -> Author | None:
        """Return who changed the target last."""
        newer: Any = None
        for row in self._history[:MOST_SEARCHED].iterator():
            if newer is not None and _stored(row, target) != _stored(newer, target):
                break
            newer = row
        if newer is None:
            return None
        (name,) = named(self._actor, [actor_of_row(newer)])
        return Author(name, newer.act_side, newer.history_date)


def _stored(history_row: Any, target: RowTarget) -> Any:
    if target.is_head:
        return history_row.reason, history_row.content["note"]
    return stored_row(history_row.content, str(target.uid))


def _refuse_new_contradictions(before: RoadMapContent, after: RoadMapContent, key: str) -> None:
    """Refuse what contradicts another row and did not before; what is only unfinished is not refused.

    Raises: EditRefused.
    """
    sides = dict(Organisation.objects.values_list("code", "side"))
    known, found = (
        [(str(row.uid), name, sentence(problem)) for row, name, problem in contradictions(content, sides)]
        for content in (before, after)
    )
    if new := [problem for problem in found if problem not in known]:
        raise EditRefused(*((name if uid == key else "", words) for uid, name, words in new))
