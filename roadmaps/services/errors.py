"""What a service of this floor refuses, in a sentence for a person."""

from django.utils.translation import gettext as _

from common.errors import InvalidValue, sentence
from common.text import tidied
from roadmaps.document.content import ContentError


class IllegalMove(Exception):
    """The record is not in a state in which this can be done; the sentence says what it waits for."""


class NotPublishable(Exception):
    """The content cannot be put to the keys yet. ``problems`` say what and where."""

    def __init__(self, problems: tuple[ContentError, ...]) -> None:
        super().__init__(" ".join(sentence(problem) for problem in problems))
        self.problems = problems


def said(reason: str, limit: int) -> str:
    """A reason as it is kept. Raises: IllegalMove for one that cannot be."""
    try:
        text = tidied(reason)
    except InvalidValue as error:
        raise IllegalMove(sentence(error)) from error
    if len(text) > limit:
        params = {"length": len(text), "limit": limit}
        raise IllegalMove(_("The reason has %(length)d characters. The limit is %(limit)d.") % params)
    return text
