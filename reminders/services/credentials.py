"""Write to people whose password, second factor or address was changed, and to those who watch over a co-chair's; and
to the administrators of a person whom no email reaches.

Nothing calls this: the sweep finds the changes among the events, so none is lost when a broker or mail server is down.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Role, Seat, SeatRole, User
from audit.models import CREDENTIAL_KINDS, Event
from common.sides import TIME_ZONES, day_of
from reminders.models import CredentialNotice
from reminders.services.delivery.leases import LEASE, SKEW
from reminders.services.delivery.outcomes import ADDRESS_REFUSED, REFUSALS
from reminders.services.delivery.replies import Meaning, described, meaning_of, meaning_of_connecting

logger = logging.getLogger(__name__)

KEPT: Final = timedelta(days=7)  # an older change is no news
AGAIN: Final = timedelta(hours=1)  # until what failed is tried again
REFUSED: Final = timedelta(hours=12)  # until a refused address is

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
    "second factor reset": gettext_lazy(
        "All passkeys, the app for one-time codes and the recovery codes were removed on the server, "
        "and all sessions were ended."
    ),
}


def plan_credential_notices(*, now: datetime) -> None:
    """Insert a notice for every recipient of every change that has none yet. Safe to run twice at once."""
    noticed = CredentialNotice.objects.filter(event=OuterRef("pk"))
    changes = Event.objects.filter(
        ~Exists(noticed), kind__in=(*CREDENTIAL_KINDS, *REFUSALS), at__gt=now - KEPT
    ).order_by("pk")
    rows = [notice for event in changes for notice in _notices(event)]
    CredentialNotice.objects.bulk_create(rows, ignore_conflicts=True)


def waiting(now: datetime) -> QuerySet[CredentialNotice]:
    """Return the notices that may be sent now."""
    free = Q(lease_until=None) | Q(lease_until__lt=now) | Q(lease_until__gt=now + REFUSED + SKEW)
    return unsent(now).filter(free)


def unsent(now: datetime) -> QuerySet[CredentialNotice]:
    """Return the notices that are not sent yet and still are news."""
    return CredentialNotice.objects.filter(sent_at=None, event__at__gt=now - KEPT)


def send_credential_notices(*, now: datetime) -> None:
    """Send what waits, one email for each address, person and subject. Stop if the mail server cannot be used."""
    found = waiting(now).select_related("event", "recipient").order_by("address", "event__subject", "event")
    connection = get_connection()
    try:
        for _key, group in groupby(found, key=_place):
            meaning = _send(list(group), connection, now)
            if meaning and meaning.stops:
                return
    finally:
        connection.close()


def _place(row: CredentialNotice) -> tuple[str, int, bool]:
    return row.address, row.event.detail["person"], row.event.kind in REFUSALS


def _send(rows: list[CredentialNotice], connection: BaseEmailBackend, now: datetime) -> Meaning | None:
    """Send one email, and return what its failure means, or None."""
    keys = [row.pk for row in rows if waiting(now).filter(pk=row.pk).update(lease_until=now + LEASE)]
    rows = [row for row in rows if row.pk in keys]
    if not rows:
        return None
    claimed = CredentialNotice.objects.filter(pk__in=keys)
    try:
        connection.open()
    except Exception as error:  # noqa: BLE001  # of whatever kind: no message is sent without a connection
        return _failed(claimed, error, meaning_of_connecting(error), now)
    try:
        connection.send_messages([_mail(rows)])
    except (DatabaseError, SoftTimeLimitExceeded):
        raise
    except Exception as error:  # noqa: BLE001  # one bad message stops no other
        connection.close()
        return _failed(claimed, error, meaning_of(error), now)
    claimed.update(sent_at=now, error="")
    return None


def _failed(rows: QuerySet[CredentialNotice], error: Exception, meaning: Meaning, now: datetime) -> Meaning:
    said = described(error)
    addresses = ", ".join(sorted(set(rows.values_list("address", flat=True))))
    logger.log(meaning.level, "A notice to %s is sent later: %s", addresses, said)
    rows.update(error=said)
    if not meaning.stops:  # else it is tried again once the lease is over
        rows.update(lease_until=now + (REFUSED if meaning.final else AGAIN))
    return meaning


def _mail(rows: list[CredentialNotice]) -> EmailMessage:
    recipient = rows[0].recipient
    person = User.objects.get(pk=rows[0].event.detail["person"])
    with translation.override(recipient.language), timezone.override(TIME_ZONES[recipient.side]):
        subject, body = (_of_a_refusal if rows[0].event.kind in REFUSALS else _of_changes)(rows, person, recipient)
    headers = {"Auto-Submitted": "auto-generated"}
    return EmailMessage(subject, body, to=[rows[0].address], headers=headers)


def _of_changes(rows: list[CredentialNotice], person: User, recipient: User) -> tuple[str, str]:
    """Return the subject and the text."""
    context = {
        "changes": [(row.event.at, WORDS[row.event.kind]) for row in rows],
        "person": person,
        "own": person == recipient,
        "demo": settings.DEMO,
    }
    subject = _("Your sign-in was changed")
    if person != recipient:
        subject = _("The sign-in of %(name)s was changed") % {"name": _one_line(person)}
    return subject, render_to_string("reminders/credentials.txt", context)


def _of_a_refusal(rows: list[CredentialNotice], person: User, recipient: User) -> tuple[str, str]:
    """Return the subject and the text."""
    event = rows[-1].event
    context = {
        "person": person,
        "address": event.subject,
        "said": event.detail["said"],
        "bad_address": event.kind == ADDRESS_REFUSED,
        "origin": settings.ORIGIN,
        "demo": settings.DEMO,
    }
    subject = _("No reminder reaches %(name)s") % {"name": _one_line(person)}
    return subject, render_to_string("reminders/refused.txt", context)


def _one_line(person: User) -> str:
    return " ".join(person.name.split())


def _notices(event: Event) -> Iterator[CredentialNotice]:
    """Yield one for the person, one for an address that they had before, and, for a co-chair, one for each watcher.

    That no email reaches a person is told to their administrators.
    """
    person = User.objects.get(pk=event.detail["person"])
    if event.kind in REFUSALS:
        for administrator in _administrators(person, event.at):
            yield CredentialNotice(event=event, recipient=administrator, address=administrator.email)
        return
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


def _administrators(person: User, at: datetime) -> Iterable[User]:
    """Return the other administrators of the person's organisations, or else of their side's coordinator."""
    today = day_of(person.side, at)
    own = Membership.objects.in_force(today).filter(user=person).values("organisation")
    rows = Membership.objects.in_force(today).filter(role=Role.ADMINISTRATOR).exclude(user=person)
    others = User.objects.filter(is_active=True).order_by("pk")
    found = others.filter(pk__in=rows.filter(organisation__in=own).values("user"))
    coordinator = rows.filter(organisation__coordinator=True, organisation__side=person.side)
    return found or others.filter(pk__in=coordinator.values("user"))
