"""What the two sides set out to do: areas, meetings, decisions, projects, indicators."""

from programme.models.area import AreaKind, PriorityArea
from programme.models.decision import Decision, DecisionKind, DecisionParty, SourceStanding
from programme.models.indicator import Comparison, Indicator, Observation
from programme.models.meeting import Meeting, MeetingKind
from programme.models.project import ParticipantRole, Project, ProjectParticipant

__all__ = [
    "AreaKind",
    "Comparison",
    "Decision",
    "DecisionKind",
    "DecisionParty",
    "Indicator",
    "Meeting",
    "MeetingKind",
    "Observation",
    "ParticipantRole",
    "PriorityArea",
    "Project",
    "ProjectParticipant",
    "SourceStanding",
]
