"""One proposal being edited: what is stored, what is typed, what becomes of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.policy.actors import Actor
from accounts.policy.history import history_of
from accounts.policy.questions import require
from accounts.services import StaleEdit
from common.errors import sentence
from common.sides import Side
from common.templatetags.words import reader
from common.text import Text
from desk.editor import acts, conflict
from desk.editor.boxes import Lists, Options
from desk.editor.conflict import Clash
from desk.editor.posted import Posted
from desk.editor.sheet import Choices, Fault, Line, Reading, Sheet, add_missing, sheet_of
from desk.selectors import organisations, visible_to
from programme.models import Decision, Project
from roadmaps.document.content import MeasureContent, MilestoneContent, RoadMapContent, Role
from roadmaps.document.diff import compare
from roadmaps.document.read import read_content
from roadmaps.models import Proposal, ProposalState, Signature
from roadmaps.services import IllegalMove, reopen_proposal, save_content
from roadmaps.services.proposals import hindrances, open_revision

OPEN_AT_FIRST: Final = 12  # rows: a draft of no more milestones than these is opened whole
MOST_OPEN: Final = 40  # rows: so that neither the page nor the form grows without end


@dataclass(frozen=True)
class Conflict:
    """Who saved meanwhile, when, and what."""

    who: str
    side: str
    at: datetime
    clashes: tuple[Clash, ...]


class Editing:
    """Read by the view and the template. After `begin` or `resume` it has a ``sheet``; only `save` stores anything."""

    sheet: Sheet

    def __init__(self, actor: Actor, proposal: Proposal) -> None:
        """Raises: NotAllowed."""
        self.actor, self.proposal = actor, proposal
        self.road_map = proposal.road_map
        require(actor, "proposal.draft" if proposal.state == ProposalState.DRAFT else "proposal.publish", proposal)
        self.stored = proposal.document
        self.based_on = proposal.row_version
        self.agreed = proposal.base.revision.document if proposal.base else None
        self.faults: list[Fault] = []
        self.conflict: Conflict | None = None
        self.focus: tuple[UUID | None, str] = (None, "")
        self._opened = self._typed_as(self.stored, proposal.reason)

    # -- what may be named

    @cached_property
    def organisations(self) -> dict[str, Any]:
        return {body.code: body for body in organisations(self.actor)}

    @cached_property
    def _decisions(self) -> list[Decision]:
        group = self.road_map.group_id
        rows = visible_to(self.actor, Decision.objects.select_related("area").order_by("code"))
        return sorted(rows, key=lambda decision: decision.area.group_id != group)

    @cached_property
    def _projects(self) -> list[Project]:
        return list(visible_to(self.actor, Project.objects.order_by("code")))

    @cached_property
    def choices(self) -> Choices:
        """What stands in the stored text may stay, also where the person does not see the record."""
        contents = [self.stored, *([self.agreed] if self.agreed else [])]
        rows = [row for content in contents for _path, row in content.rows()]
        decisions = {row.decision for row in rows if isinstance(row, MeasureContent) and row.decision}
        projects = {row.project for row in rows if isinstance(row, MilestoneContent) and row.project}
        return Choices(
            bodies=self.organisations.keys(),
            decisions=decisions | {decision.code for decision in self._decisions},
            projects=projects | {project.code for project in self._projects},
        )

    @property
    def lists(self) -> Lists:
        named = [(body.side, body.code, f"{body.side} {body.name}") for body in self.organisations.values()]
        sides = [(side, sorted((row[1:] for row in named if row[0] == side), key=lambda row: row[1])) for side in Side]
        decisions = [(row.code, f"{row.code} {_short(row.title)}") for row in self._decisions]
        projects = [(row.code, f"{row.code} {_short(row.title)}") for row in self._projects]
        return Lists(
            Options([(str(side.label), rows) for side, rows in sides], _("no organisation")),
            Options([("", decisions)], _("no decision")),
            Options([("", projects)], _("no project")),
        )

    # -- what is typed

    def begin(self, opened: Collection[str]) -> None:
        """The sheet as it is stored; ``opened`` are identities of rows to open."""
        self.sheet = self._typed_as(self.stored, self.proposal.reason)
        small = sum(line.kind == "milestone" for line in self.sheet.lines) <= OPEN_AT_FIRST
        for line in self.sheet.lines:
            line.is_open = not line.is_dropped and (small or str(line.uid) in opened)

    def resume(self, data: QueryDict) -> None:
        """The sheet as a browser sent it. Raises: TooManyRows."""
        based_on = data.get("based_on", "")
        self.based_on = int(based_on) if based_on.isascii() and based_on.isdigit() and len(based_on) < 10 else 0
        if self.based_on != self.proposal.row_version:
            self._opened = self._opened_at(self.based_on)
        posted = Posted(data, self.road_map.reference, self.known)
        self.sheet, self.faults = posted.sheet, posted.faults
        # nothing vanishes: a row that was stored and did not come stands there as dropped
        add_missing(self.sheet, self._copies(), dropped=True)
        if self.based_on == self.proposal.row_version:
            conflict.settle(self.sheet, data, self._opened)

    def act(self, act: str) -> None:
        """One of the sheet's own buttons. `check` says what is wrong, as `save` would."""
        if act == "check":
            self.faults += [*self.reading.faults, *self.contradictions]
            return
        group = self.road_map.group
        context = acts.Context(reader(), (group.lead_uz.code, group.lead_kr.code))
        outcome = acts.perform(self.sheet, act, context)
        self.focus = (outcome.uid, outcome.focus)
        if outcome.refused:
            self.faults.append(Fault(outcome.uid, "row", outcome.refused))

    def fold(self) -> None:
        """Open what is open or wrong, as many rows as a page can bear; what was typed in a folded row stays typed."""
        wrong = {fault.uid for fault in (*self.faults, *self.reading.faults)}
        standing = {line.uid for line in self.sheet.standing()}
        for line in self.sheet.lines:
            line.is_open = line.uid in standing and (line.is_open or line.uid in wrong)
        wide = [line for line in self.sheet.lines if line.is_open]
        spare = [line for line in wide if line.uid not in wrong and line.uid != self.focus[0]]
        for line in spare[: max(0, len(wide) - MOST_OPEN)]:
            line.is_open = False

    @cached_property
    def reading(self) -> Reading:
        """What the sheet gives; to be asked for when it is typed out."""
        return Reading(self.sheet, self.choices)

    @property
    def known(self) -> dict[UUID, Line]:
        """The rows as they stood when the edit began, with those of the version in force."""
        return {line.uid: line for line in self._opened.lines}

    def _copies(self) -> list[Line]:
        return [line.copy() for line in self._opened.lines]

    def _typed_as(self, content: RoadMapContent, reason: Text | None) -> Sheet:
        return sheet_of(content, reason, self.agreed or RoadMapContent(), reader())

    def _opened_at(self, row_version: int) -> Sheet:
        """The text that an edit began from; where no such is kept, the newest."""
        row = history_of(self.actor, self.proposal).filter(row_version=row_version).first()
        if row is None:
            return self._opened
        return self._typed_as(read_content(row.content), row.reason)

    # -- what is wrong

    @cached_property
    def _problems(self) -> list[tuple[Fault, bool]]:
        """What keeps the text from being published; True where a draft may be kept so: it is only not finished."""
        content, unread = self.reading.content, self.reading.unread
        rows = dict(content.rows())
        found = []
        for problem in hindrances(content, self.road_map):
            path, _dot, field = problem.path.partition(".executors")[0].rpartition(".")
            if ".executors" in problem.path:
                path, field = problem.path.partition(".executors")[0], "executors"
            row = rows.get(path)
            unfinished = row is None or (
                isinstance(row, MilestoneContent) and field == "executors" and not _has_lead(row)
            )
            fault = Fault(row.uid if row else None, field if row else "row", sentence(problem))
            if (fault.uid, fault.field) not in unread:
                found.append((fault, unfinished))
        return found

    @property
    def warnings(self) -> list[Fault]:
        return [fault for fault, unfinished in self._problems if unfinished]

    @property
    def contradictions(self) -> list[Fault]:
        return [fault for fault, unfinished in self._problems if not unfinished]

    @cached_property
    def unsaved(self) -> int:
        """How much differs from what is stored."""
        return len(compare(self.stored, self.reading.content)) + (self.reading.reason != self.proposal.reason)

    @property
    def is_published(self) -> bool:
        return self.proposal.state == ProposalState.PUBLISHED

    @cached_property
    def keys(self) -> list[Signature]:
        """Those that are turned on the published text: an edit voids them."""
        revision = open_revision(self.proposal)
        return list(revision.signatures.filter(withdrawn_at=None).order_by("issued_at")) if revision else []

    # -- what becomes of it

    def save(self, now: datetime) -> list[Signature] | None:
        """Keep it; answers the keys that this voids, or None where it was refused and the page says why.

        Raises: NotAllowed.
        """
        self.faults += [*self.reading.faults, *self.contradictions]
        if self.faults:
            return None
        try:
            self._store(now)
        except StaleEdit as error:
            self._merge(error.current)
        except IllegalMove as error:
            self.faults.append(Fault(None, "row", str(error)))
        else:
            voided = Q(revision__proposal=self.proposal, revision__void_at=now, withdrawn_at=None)
            return list(Signature.objects.filter(voided).order_by("issued_at"))
        return None

    @transaction.atomic
    def _store(self, now: datetime) -> None:
        """Save what differs; a published proposal is reopened for it. Raises: NotAllowed, StaleEdit, IllegalMove."""
        proposal, based_on = self.proposal, self.based_on
        if self.is_published:
            if based_on == proposal.row_version and not self.unsaved:
                return
            proposal = reopen_proposal(proposal=proposal, by=self.actor, now=now, based_on=based_on)
            based_on = proposal.row_version
        save_content(
            proposal=proposal,
            content=self.reading.content,
            reason=self.reading.reason,
            based_on=based_on,
            by=self.actor,
        )

    def _merge(self, current: Any) -> None:
        """Bring in what somebody else saved; the next attempt is based on what the person has now seen."""
        newest = history_of(self.actor, current)[0]
        self.proposal.row_version, self.proposal.state = current.row_version, current.state
        self.proposal.content, self.proposal.reason = current.content, current.reason
        self.based_on, self.stored = current.row_version, current.document
        theirs = self._typed_as(self.stored, current.reason)
        clashes = conflict.merge(self.sheet, self._opened, theirs, self._name)
        self._opened = theirs
        for known in ("reading", "choices", "unsaved", "_problems"):
            self.__dict__.pop(known, None)
        for line in self.sheet.lines:
            line.is_open = line.is_open or line.uid in conflict.conflicting_rows(clashes)
        self.conflict = Conflict(newest.act_name, newest.act_side, newest.history_date, tuple(clashes))

    def _name(self, code: str) -> str:
        body = self.organisations.get(code)
        return f"{body.side} {body.short_name}" if body else code


def _has_lead(milestone: MilestoneContent) -> bool:
    return any(executor.role == Role.LEAD for executor in milestone.executors)


def _short(title: Text) -> str:
    text = str(title)
    return text if len(text) <= 70 else f"{text[:69]}…"
