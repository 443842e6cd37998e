"""Who takes part: organisations, people, their roles and seats, the systems of partners."""

from accounts.models.calendar import DayException, DayKind
from accounts.models.group import Seat, SeatRole, WorkingGroup
from accounts.models.key import EnrolledKey
from accounts.models.organisation import Organisation, OrganisationKind, OrganisationName, Reach
from accounts.models.person import Membership, Role, User
from accounts.models.service_account import ServiceAccount
from accounts.models.submitted_form import SubmittedForm

__all__ = [
    "DayException",
    "DayKind",
    "EnrolledKey",
    "Membership",
    "Organisation",
    "OrganisationKind",
    "OrganisationName",
    "Reach",
    "Role",
    "Seat",
    "SeatRole",
    "ServiceAccount",
    "SubmittedForm",
    "User",
    "WorkingGroup",
]
