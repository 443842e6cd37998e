"""The sentences of a service's refusal: what is wrong and where."""

from django.utils.translation import gettext as _

from accounts.services import StaleEdit
from common.errors import CodedError, sentence
from roadmaps.document.content import MeasureContent, MilestoneContent, RoadMapContent
from roadmaps.document.numbering import roman
from roadmaps.models import Proposal
from roadmaps.services import NotPublishable


def sentences(refusal: Exception, proposal: Proposal) -> tuple[str, ...]:
    if isinstance(refusal, StaleEdit):
        return (_("The proposal has changed since you opened this page. Read the current text again."),)
    if isinstance(refusal, NotPublishable):
        labels = _labels(proposal.document)
        return tuple(
            f"{label}: {sentence(problem)}" if (label := _label(problem.path, labels)) else sentence(problem)
            for problem in refusal.problems
        )
    return (sentence(refusal) if isinstance(refusal, CodedError) else str(refusal),)


def _label(path: str, labels: dict[str, str]) -> str:
    """Return the printed number of the row that a path is in."""
    while path and path not in labels:
        path = path.rpartition(".")[0]
    return labels.get(path, "")


def _labels(content: RoadMapContent) -> dict[str, str]:
    found: dict[str, str] = {}
    measure = sections = 0
    for path, row in content.rows():
        if isinstance(row, MilestoneContent):
            found[path] = f"{measure}.{row.number}"
        elif isinstance(row, MeasureContent):
            measure = row.number
            found[path] = str(measure)
        else:
            sections += 1
            found[path] = roman(sections)
    return found
