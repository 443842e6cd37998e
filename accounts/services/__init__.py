"""Write people, organisations and plain records."""

from accounts.services.people import choose_language, create_administrator, invite, save_person
from accounts.services.records import StaleEdit, changed_fields, save_record
from accounts.services.systems import Credentials, create_service_account

__all__ = [
    "Credentials",
    "StaleEdit",
    "changed_fields",
    "choose_language",
    "create_administrator",
    "create_service_account",
    "invite",
    "save_person",
    "save_record",
]
