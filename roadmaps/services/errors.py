"""What the services of this package refuse."""

from common.errors import CodedError, InvalidValue
from common.text import typed
from roadmaps.document.content import ContentError


class IllegalMove(CodedError):
    """The record is not in a state in which this can be done."""


class NotPublishable(CodedError):
    """The content cannot be published yet. ``problems`` are all that is wrong; the sentence names the first."""

    def __init__(self, problems: tuple[ContentError, ...]) -> None:
        super().__init__("proposal.not_publishable", problem=problems[0])
        self.problems = problems


def typed_reason(reason: str, limit: int) -> str:
    """Return a reason as it is kept. Raises: InvalidValue for a hidden character, or one that is too long."""
    text = typed(reason, multiline=True)
    if len(text) > limit:
        raise InvalidValue("reason.too_long", length=len(text), limit=limit)
    return text
