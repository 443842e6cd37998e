"""What was agreed, by whom, by when: road maps, proposals, the two keys, and the rows of the version in force."""

from roadmaps.models.agreement import Refusal, Revision, RoadMapVersion, Signature
from roadmaps.models.proposal import Proposal, ProposalParty, ProposalState
from roadmaps.models.road_map import RoadMap
from roadmaps.models.rows import Assignment, AssignmentRole, Measure, Milestone, Section

__all__ = [
    "Assignment",
    "AssignmentRole",
    "Measure",
    "Milestone",
    "Proposal",
    "ProposalParty",
    "ProposalState",
    "Refusal",
    "Revision",
    "RoadMap",
    "RoadMapVersion",
    "Section",
    "Signature",
]
