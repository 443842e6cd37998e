"""Write to people whose password, second factor or address was changed, and to those who watch over a co-chair's.

Nothing calls this: the sweep finds the changes among the events, so none is lost when a broker or mail server is down.
"""

import logging
import smtplib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Role, Seat, SeatRole, User
from audit.models import CREDENTIAL_KINDS, Event
from common.sides import TIME_ZONES, day_of
from reminders.models import CredentialNotice
from reminders.services.delivery.leases import LEASE

logger = logging.getLogger(__name__)

KEPT: Final = timedelta(days=7)  # an older change is no news
REFUSED: Final = timedelta(hours=12)  # until a refused address is tried again

WORDS: Final = {
    "address changed": gettext_lazy("The address for signing in was changed."),
    "password changed": gettext_lazy("The password was changed."),
    "password reset": gettext_lazy("A new password was set by a link in an email."),
    "second factor added: totp": gettext_lazy("An app for one-time codes was added."),
    "second factor added: webauthn": gettext_lazy("A passkey was added."),
    "second factor added: recovery_codes": gettext_lazy("Recovery codes were made."),
    "second factor removed: totp": gettext_lazy("The app for one-time codes was removed."),
    "second factor removed: webauthn": gettext_lazy("A passkey was removed."),
    "second factor removed: recovery_codes": gettext_lazy("The recovery codes were removed."),
    "second factor renewed: totp": gettext_lazy("The app for one-time codes was replaced."),
    "second factor renewed: webauthn": gettext_lazy("A passkey was replaced."),
    "second factor renewed: recovery_codes": gettext_lazy("New recovery codes were made."),
}


def plan_credential_notices(*, now: datetime) -> None:
    """Insert a notice for every recipient of every change that has none yet. Safe to run twice at once."""
    noticed = CredentialNotice.objects.filter(event=OuterRef("pk"))
    changes = Event.objects.filter(~Exists(noticed), kind__in=CREDENTIAL_KINDS, at__gt=now - KEPT).order_by("pk")
    rows = [notice for event in changes for notice in _notices(event)]
    CredentialNotice.objects.bulk_create(rows, ignore_conflicts=True)


def waiting(now: datetime) -> QuerySet[CredentialNotice]:
    """Return the notices that may be sent now."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return CredentialNotice.objects.filter(free, sent_at=None, event__at__gt=now - KEPT)


def send_credential_notices(*, now: datetime) -> None:
    """Send what waits, one email for each address and person. Stop if the mail server cannot be reached."""
    found = waiting(now).select_related("event", "recipient").order_by("address", "event__subject", "event")
    connection = get_connection()
    try:
        for (_address, _subject), group in groupby(found, key=lambda row: (row.address, row.event.detail["person"])):
            if not _send(list(group), connection, now):
                return
    finally:
        connection.close()


def _send(rows: list[CredentialNotice], connection: object, now: datetime) -> bool:
    """Send one email, and return whether the server can be used for the next one."""
    keys = [row.pk for row in rows if waiting(now).filter(pk=row.pk).update(lease_until=now + LEASE)]
    rows = [row for row in rows if row.pk in keys]
    if not rows:
        return True
    mail = _mail(rows)
    mail.connection = connection  # type: ignore[assignment]  # of any backend
    try:
        mail.send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        logger.warning("The notice of a changed credential to %s was refused: %s", rows[0].address, error)
        CredentialNotice.objects.filter(pk__in=keys).update(lease_until=now + REFUSED)
        return True
    except OSError as error:
        logger.warning("Notices of changed credentials are sent later: %s", error)
        return False
    CredentialNotice.objects.filter(pk__in=keys).update(sent_at=now)
    return True


def _mail(rows: list[CredentialNotice]) -> EmailMessage:
    recipient = rows[0].recipient
    person = User.objects.get(pk=rows[0].event.detail["person"])
    with translation.override(recipient.language), timezone.override(TIME_ZONES[recipient.side]):
        context = {
            "changes": [(row.event.at, WORDS[row.event.kind]) for row in rows],
            "person": person,
            "own": person == recipient,
            "demo": settings.DEMO,
        }
        body = render_to_string("reminders/credentials.txt", context)
        subject = _("Your sign-in was changed")
        if person != recipient:
            subject = _("The sign-in of %(name)s was changed") % {"name": " ".join(person.name.split())}
    headers = {"Auto-Submitted": "auto-generated"}
    return EmailMessage(subject, body, to=[rows[0].address], headers=headers)


def _notices(event: Event) -> Iterator[CredentialNotice]:
    """Yield one for the person, one for an address that they had before, and, for a co-chair, one for each watcher."""
    person = User.objects.get(pk=event.detail["person"])
    yield CredentialNotice(event=event, recipient=person, address=person.email)
    if was := event.detail.get("was"):
        yield CredentialNotice(event=event, recipient=person, address=was)
    for watcher in _watchers(person, event.at):
        yield CredentialNotice(event=event, recipient=watcher, address=watcher.email)


def _watchers(person: User, at: datetime) -> Iterable[User]:
    """Return the auditors of a co-chair's side and the administrators of its coordinator; nobody for anyone else."""
    today = day_of(person.side, at)
    if not Seat.objects.in_force(today).filter(user=person, role=SeatRole.CO_CHAIR).exists():
        return []
    roles = Q(role=Role.AUDITOR) | Q(role=Role.ADMINISTRATOR, organisation__coordinator=True)
    members = Membership.objects.in_force(today).filter(roles, organisation__side=person.side)
    return User.objects.filter(pk__in=members.values("user"), is_active=True).exclude(pk=person.pk).order_by("pk")
