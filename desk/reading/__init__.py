"""What a page reads: every record of it, and every count, through `accounts.policy.visible`."""

from desk.reading.drafts import Draft, draft_of, drafts_of
from desk.reading.records import areas, bodies, groups, projects, seen, summit, visible_or_404

__all__ = [
    "Draft",
    "areas",
    "bodies",
    "draft_of",
    "drafts_of",
    "groups",
    "projects",
    "seen",
    "summit",
    "visible_or_404",
]
