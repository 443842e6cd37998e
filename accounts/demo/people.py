"""Sample accounts: one for each role of every organisation and each seat of every working group."""

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    BasePasswordHasher,
    get_hasher,
    make_password,
    verify_password,
)
from django.db import transaction

from accounts.models import Membership, Organisation, Role, Seat, SeatRole, User, WorkingGroup
from accounts.policy.actors import Actor
from accounts.services.people import add_person
from audit.acting import acting
from audit.services import record_event
from common.sides import Side

DOMAIN: Final = "demo.invalid"  # RFC 2606: nobody can ever own it
FILE: Final = "demo-accounts.json"
EVERYWHERE: Final = (Role.READER, Role.OFFICER, Role.HEAD, Role.ADMINISTRATOR)

ListedAccount = dict[str, str]


class DemoError(Exception):
    """No sample accounts were made; the message says why."""


@dataclass(frozen=True)
class DemoReport:
    """How many accounts were created, given a new password because the file listed none, or are not as they were made.

    ``missing`` are addresses for which no account could be made, because somebody else has them now.
    """

    file: Path
    created: int
    renewed: int
    changed: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class SampleAccount:
    """One account to create: a role in an organisation or, besides a reader's role there, a seat in a group."""

    organisation: Organisation
    role: Role
    seat: SeatRole | None = None
    group: WorkingGroup | None = None

    @property
    def address(self) -> str:
        if self.seat and self.group:
            return f"{self.seat}.{self.organisation.side.lower()}.{self.group.code}@{DOMAIN}"
        return f"{self.role}.{self.organisation.code}@{DOMAIN}"

    @property
    def name(self) -> str:
        """In English, as every sample account's screens are."""
        if self.seat and self.group:
            part, where = self.seat.label, f"{Side(self.organisation.side).label}, {self.group.name.in_language('en')}"
        else:
            row = self.organisation.name_row()
            part, where = self.role.label, row.name.in_language("en") if row else self.organisation.code
        return f"{str(part).capitalize()}, {where[:160]} (sample)"

    def entry(self, user: User, password: str, changes: list[str]) -> ListedAccount:
        """Return the entry of the file. ``changes`` say what people have changed since the account was made."""
        where = {"group": self.group.code} if self.group else {"organisation": self.organisation.code}
        role = str(self.seat or self.role)
        return {
            "address": user.email,
            "password": password,
            "role": role,
            **where,
            "side": user.side,
            "name": user.name,
            **({"made_as": self.address} if user.email != self.address else {}),
            **({"changed": " ".join(changes)} if changes else {}),
        }


class _QuickArgon2(Argon2PasswordHasher):
    """For passwords of 72 random bits, which need no stretching: three hundred accounts in a second, not in twenty.

    Sign-in knows the hash as Argon2's and, at the first one, replaces it by one of the settings' cost.
    """

    time_cost, memory_cost, parallelism = 1, 64, 1


@transaction.atomic
def load_demo(*, directory: Path, by: Actor) -> DemoReport:
    """Make the sample accounts that are missing and list all with their passwords in ``directory``, for its owner only.

    - An account that exists is left as it is, whatever people have changed about it; the file says what that is.
    - Its password is known from the file alone: where the file has none, a new one is set and the event recorded.

    Raises: DemoError.
    """
    file = directory / FILE
    listed = _read(file)
    passwords = {entry.get("made_as", entry["address"]): entry["password"] for entry in listed}
    people, taken = _people(), _taken_addresses()
    created = renewed = 0
    entries: list[ListedAccount] = []
    missing: list[str] = []
    for sample in _samples():
        user, password = people.get(sample.address), passwords.get(sample.address)
        if user is None and sample.address in taken:
            missing.append(sample.address)
            continue
        if user is None:
            password = password or secrets.token_urlsafe(9)
            user = _create(sample, password, by)
            created += 1
        elif password is None:
            password = secrets.token_urlsafe(9)
            _renew(user, password, by)
            renewed += 1
        fits = bool(password) and verify_password(password, user.password)[0]
        entries.append(sample.entry(user, password if fits else "", list(_changes(sample, user, fits, by))))
    if not entries:
        raise DemoError("There are no organisations yet: load them first, with `manage.py load_programme`.")
    if entries != listed:
        _write(file, entries)
    changed = sum("changed" in entry for entry in entries)
    return DemoReport(file, created, renewed, changed, tuple(missing))


def listed_accounts(directory: Path) -> list[ListedAccount]:
    """Return the accounts of the file whose listed password opens them. Raises: DemoError."""
    return [entry for entry in _read(directory / FILE) if entry["password"]]


def _people() -> dict[str, User]:
    """Return the sample accounts by the address with which each was made: people may have changed it since."""
    made = User.history.filter(history_type="+", illustrative=True, email__endswith=f"@{DOMAIN}")
    users = User.objects.filter(illustrative=True).prefetch_related("memberships", "seats").in_bulk()
    return {address: users[key] for address, key in made.values_list("email", "id") if key in users}


def _taken_addresses() -> set[str]:
    """Return the addresses with which nobody new can be made: the library keeps former ones too."""
    found = {*User.objects.values_list("email", flat=True), *EmailAddress.objects.values_list("email", flat=True)}
    return {address.lower() for address in found}


def _changes(sample: SampleAccount, user: User, fits: bool, by: Actor) -> Iterator[str]:
    """Yield what differs from the account as it was made, a sentence each."""
    if user.email != sample.address:
        yield f"It signs in as {user.email} now."
    if not fits:
        yield "Its password was changed."
    if not user.is_active:
        yield "It is inactive."
    terms = [*user.memberships.all(), *user.seats.all()]
    if any(term.valid_to is not None and term.valid_to < by.today for term in terms):
        yield "A membership or seat of it has ended."


def _samples() -> Iterator[SampleAccount]:
    for organisation in Organisation.objects.named():
        yield from (SampleAccount(organisation, role) for role in EVERYWHERE)
        if organisation.control_body:
            yield SampleAccount(organisation, Role.CONTROLLER)
        if organisation.control_body or organisation.coordinator:
            yield SampleAccount(organisation, Role.AUDITOR)
    for group in WorkingGroup.objects.select_related("lead_uz", "lead_kr"):
        for side in Side:
            yield from (SampleAccount(group.lead(side), Role.READER, seat, group) for seat in SeatRole)


def _create(sample: SampleAccount, password: str, by: Actor) -> User:
    side = sample.organisation.side
    with acting(by.act):
        user = add_person(
            email=sample.address, name=sample.name, side=side, password=password, illustrative=True, hasher=_hasher()
        )
        Membership.objects.create(user=user, organisation=sample.organisation, role=sample.role, valid_from=by.today)
        if sample.seat and sample.group:
            Seat.objects.create(user=user, group=sample.group, side=side, role=sample.seat, valid_from=by.today)
    return user


def _renew(user: User, password: str, by: Actor) -> None:
    user.password = make_password(password, hasher=_hasher())
    user.save(update_fields=["password"])
    record_event(kind="password set", act=by.act, subject=user.email, layer=user.side)


def _hasher() -> BasePasswordHasher:
    preferred = get_hasher()
    return _QuickArgon2() if isinstance(preferred, Argon2PasswordHasher) else preferred


def _read(file: Path) -> list[ListedAccount]:
    """What the file lists; nothing where there is none. Raises: DemoError."""
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
        if all(isinstance(entry["address"] + entry["password"], str) for entry in found):
            return list(found)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DemoError(f"{file} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, LookupError):
        pass
    raise DemoError(f"{file} is not the list of sample accounts: remove it, and all get new passwords.")


def _write(file: Path, entries: list[ListedAccount]) -> None:
    """Whole or not at all, readable by its owner only. Raises: DemoError."""
    new = file.with_suffix(".new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as written:
            json.dump(entries, written, ensure_ascii=False, indent=1)
        new.replace(file)
    except OSError as error:
        raise DemoError(f"{file} cannot be written: {error.strerror}.") from error
