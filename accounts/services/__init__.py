"""Writing people, organisations and plain records."""

from accounts.services.people import choose_language, create_administrator, invite
from accounts.services.records import StaleEdit, changed_fields, save_record

__all__ = ["StaleEdit", "changed_fields", "choose_language", "create_administrator", "invite", "save_record"]
