"""Acts done at the same instant by real threads, and the energy group that does them."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from django.db import connection

from accounts.services import StaleEdit
from common.text import Text
from roadmaps.document.content import RoadMapContent
from roadmaps.models import (
    Proposal,
    Revision,
    RoadMap,
)
from roadmaps.services import (
    IllegalMove,
    save_content,
    start_proposal,
)
from roadmaps.signing import CannotSign
from tests.scenarios.people import actor_for
from tests.scenarios.signing import Group, due

TOLD = (IllegalMove, StaleEdit, CannotSign)
Act = Callable[[], object]


class Energy(Group):
    """The energy group, whose every round begins with a text put to the keys."""

    def __init__(self) -> None:
        super().__init__()
        self.road_map = RoadMap.objects.get(reference="RM-07")
        self.day = date(2027, 6, 30)
        self.whole = self.proposal.document

    def draft(self) -> Proposal:
        """Open, edited, not yet published."""
        by = actor_for(self.secretary)
        if not self.proposal.is_open:
            start_proposal(road_map=self.road_map, layer="shared", author=None, by=by)
        self.day += timedelta(days=1)
        return self.edit(lambda _: due(self.day)(self.whole))

    def put(self) -> Revision:
        self.draft()
        return self.publish()

    def edit_to(self, proposal: Proposal, text: str) -> Act:
        """An edit of what was read before the race."""

        def change() -> object:
            return save_content(
                proposal=proposal,
                content=due(self.day + timedelta(days=9))(proposal.document),
                reason=Text.of(text),
                based_on=proposal.row_version,
                by=actor_for(self.secretary),
            )

        return change


def at_once(*acts: Act) -> list[object]:
    """What each came to: its result, or the sentence it was told. Raises whatever else went wrong."""
    gate = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(place: int, act: Act) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = '20s'")
            gate.wait(timeout=20)
            results[place] = act()
        except Exception as error:  # noqa: BLE001  # judged below, in the test's own thread
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "it waits for ever"
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, TOLD):
            raise result
        assert not isinstance(result, Exception) or str(result)
    return results


def told(results: list[object]) -> list[bool]:
    return [isinstance(result, Exception) for result in results]


def wait_until_someone_waits() -> None:
    """Until another connection of this database stands before a lock."""
    with connection.cursor() as cursor:
        for _ in range(2000):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity, pg_sleep(0.01)"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody came to wait")


def with_part(part: str) -> Callable[[RoadMapContent], RoadMapContent]:
    """The first milestone's leads, each with a part of its own."""

    def change(content: RoadMapContent) -> RoadMapContent:
        section = content.sections[0]
        measure = section.measures[0]
        step = measure.milestones[0]
        step = replace(step, executors=tuple(replace(row, part=Text.of(part)) for row in step.executors))
        return replace(content, sections=(replace(section, measures=(replace(measure, milestones=(step,)),)),))

    return change
