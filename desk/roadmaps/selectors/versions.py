"""The agreed versions of a road map as its page shows them: one of them as the table, or two compared."""

from dataclasses import replace
from functools import cached_property
from uuid import UUID

from django.http import Http404
from django.utils import timezone

from accounts.policy.actors import Actor
from desk.milestones.selectors.live import Counts, LiveMilestone, counted, live, readable_milestones
from desk.proposals.difference import Difference, DiffRow
from desk.roadmaps.selectors.drafts import followed_groups, own_codes
from desk.roadmaps.selectors.table import OfficialTable
from desk.selectors import visible_to
from roadmaps.document.content import RoadMapContent
from roadmaps.document.extract import extract
from roadmaps.milestone_status import MilestoneStatus
from roadmaps.models import RoadMap, RoadMapVersion, Signature
from roadmaps.selectors import latest_agreement_check


class VersionPage:
    """Read by `roadmaps/version.html`. Without ``version`` the one in force, live; an older one as it was signed."""

    def __init__(
        self, actor: Actor, road_map: RoadMap, *, version: str = "", against: str = "", only: str = ""
    ) -> None:
        self.actor, self.road_map = actor, road_map
        self._number, self._against, self.only = version, against, only

    @cached_property
    def versions(self) -> list[RoadMapVersion]:
        """All of them, newest first."""
        found = visible_to(self.actor, RoadMapVersion.objects.filter(road_map=self.road_map))
        documents = ("revision__content", "revision__proposal__content")
        return list(found.select_related("revision__proposal").defer(*documents).order_by("-number"))

    @property
    def version(self) -> RoadMapVersion | None:
        """The one in force."""
        return self.versions[0] if self.versions else None

    @cached_property
    def milestones(self) -> list[LiveMilestone]:
        """Those in force that the reader's table shows."""
        return live(self.actor, readable_milestones(self.actor, self._followed, road_map=self.road_map))

    @cached_property
    def by_uid(self) -> dict[UUID, LiveMilestone]:
        return {entry.row.uid: entry for entry in self.milestones}

    @cached_property
    def counts(self) -> Counts:
        return counted(self.milestones)

    @cached_property
    def shown(self) -> RoadMapVersion:
        """Raises: Http404 for a number that is none."""
        return self._numbered(self._number) if self._number else self._numbered(str(self.versions[0].number))

    @cached_property
    def against(self) -> RoadMapVersion | None:
        """The version it is compared with, where that is asked for. Raises: Http404."""
        return self._numbered(self._against) if self._against else None

    @cached_property
    def differs(self) -> bool:
        """Whether the last check found rows that differ from the version in force."""
        return self.road_map.reference in (latest_agreement_check(now=timezone.now()) or {})

    @property
    def is_in_force(self) -> bool:
        return self.shown == self.version

    @cached_property
    def _followed(self) -> set[int]:
        return followed_groups(self.actor)

    @property
    def is_extract(self) -> bool:
        return self.road_map.group_id not in self._followed

    @cached_property
    def content(self) -> RoadMapContent:
        """The rows that the reader may see and the chosen tab holds."""
        content = self._narrow(self.shown.revision.document)
        return content if self.only not in self.tabs or not self.is_in_force else self._only(content)

    @cached_property
    def table(self) -> OfficialTable:
        return OfficialTable(self.actor, self.road_map, self.content, agreed=True)

    @cached_property
    def differences(self) -> tuple[DiffRow, ...]:
        """The changes between the version that is shown and the one it is compared with."""
        if self.against is None:
            return ()
        before = self.against.revision.document
        return Difference(self.actor, before, self.shown.revision.document, self._narrow).rows

    @cached_property
    def keys(self) -> list[Signature]:
        """Both signatures, Uzbekistan's first: whoever sees the road map sees who signed it."""
        rows = Signature.objects.filter(revision=self.shown.revision_id, withdrawn_at=None)
        return list(rows.order_by("-side"))

    @property
    def tabs(self) -> dict[str, int]:
        """The number of milestones of each tab, by its name in the address."""
        counts = self.counts
        return {"late": counts.overdue + counts.at_risk, "pending": counts.pending, "mine": counts.mine}

    def _only(self, content: RoadMapContent) -> RoadMapContent:
        """The rows of one tab, each with its measure and section."""
        wanted = {entry.row.uid for entry in self.milestones if self._in_tab(entry)}
        sections = []
        for section in content.sections:
            measures = [
                replace(measure, milestones=tuple(step for step in measure.milestones if step.uid in wanted))
                for measure in section.measures
            ]
            kept = tuple(measure for measure in measures if measure.milestones)
            if kept:
                sections.append(replace(section, measures=kept))
        return replace(content, sections=tuple(sections))

    def _in_tab(self, entry: LiveMilestone) -> bool:
        late = entry.due_status.status in (MilestoneStatus.OVERDUE, MilestoneStatus.AT_RISK)
        return {"late": late, "pending": entry.pending is not None, "mine": entry.mine}[self.only]

    def _narrow(self, content: RoadMapContent) -> RoadMapContent:
        return extract(content, own_codes(self.actor)) if self.is_extract else content

    def _numbered(self, number: str) -> RoadMapVersion:
        found = next((version for version in self.versions if str(version.number) == number), None)
        if found is None:
            raise Http404
        return found
