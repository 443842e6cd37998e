"""The pages, a file each."""

from desk.views.area import area, areas
from desk.views.decision import decision
from desk.views.editor import proposal_edit, propose
from desk.views.home import home
from desk.views.language import language
from desk.views.meeting import meeting
from desk.views.milestone import milestone
from desk.views.organisation import organisation
from desk.views.programme import programme
from desk.views.project import project
from desk.views.proposal import proposal, proposal_list, revision
from desk.views.proposal_acts import publish, refuse, sign, withdraw_key, withdraw_proposal
from desk.views.refusal import refused
from desk.views.reminders import (
    reminder_mail,
    reminders,
    reminders_dry_run,
    reminders_to_come,
    reminders_troubles,
)
from desk.views.roadmap import roadmap, roadmaps
from desk.views.search import search
from desk.views.signing_keys import signing_key_file, signing_key_list

__all__ = [
    "area",
    "areas",
    "decision",
    "home",
    "language",
    "meeting",
    "milestone",
    "organisation",
    "programme",
    "project",
    "proposal",
    "proposal_edit",
    "proposal_list",
    "propose",
    "publish",
    "refuse",
    "refused",
    "reminder_mail",
    "reminders",
    "reminders_dry_run",
    "reminders_to_come",
    "reminders_troubles",
    "revision",
    "roadmap",
    "roadmaps",
    "search",
    "sign",
    "signing_key_file",
    "signing_key_list",
    "withdraw_key",
    "withdraw_proposal",
]
