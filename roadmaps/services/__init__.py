"""Writing road maps: the programme's drafts, proposals, signatures, the rows of the version in force."""

from roadmaps.selectors import content_of, differing
from roadmaps.services.errors import IllegalMove, NotPublishable
from roadmaps.services.forecasts import set_forecast
from roadmaps.services.programme_drafts import draft, load_programme
from roadmaps.services.proposals import (
    author_of_draft,
    layers_to_draft_on,
    publish,
    reopen_proposal,
    save_content,
    start_proposal,
    withdraw_proposal,
)
from roadmaps.services.signatures import refuse, sign, withdraw_signature

__all__ = [
    "IllegalMove",
    "NotPublishable",
    "author_of_draft",
    "content_of",
    "differing",
    "draft",
    "layers_to_draft_on",
    "load_programme",
    "publish",
    "refuse",
    "reopen_proposal",
    "save_content",
    "set_forecast",
    "sign",
    "start_proposal",
    "withdraw_proposal",
    "withdraw_signature",
]
