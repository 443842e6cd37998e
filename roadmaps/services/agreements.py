"""Compare the rows of every road map with what both sides signed."""

from accounts.policy.actors import Actor
from audit.services import record_event
from roadmaps.models import RoadMap
from roadmaps.selectors import AGREEMENT_CHECK, differing


def check_agreements(*, by: Actor) -> dict[str, int]:
    """Return how many rows of each road map differ from its version in force, and record the check as an event.

    A row that could never have been signed, and a version that cannot be read any more, count as one.
    """
    found = {road_map.reference: _differing(road_map) for road_map in RoadMap.objects.order_by("reference")}
    result = {reference: count for reference, count in found.items() if count}
    record_event(kind=AGREEMENT_CHECK, act=by.act, road_maps=len(found), differing=result)
    return result


def _differing(road_map: RoadMap) -> int:
    try:
        return len(differing(road_map))
    except ValueError:
        return 1
