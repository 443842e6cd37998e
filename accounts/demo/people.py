"""Sample accounts: one for each role of every organisation and each seat of every working group."""

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.contrib.auth.hashers import Argon2PasswordHasher, BasePasswordHasher, get_hasher, make_password
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

Entry = dict[str, str]


class DemoError(Exception):
    """Why no sample accounts were made, in a sentence."""


@dataclass(frozen=True)
class DemoReport:
    """What became of the accounts; ``renewed`` had no password in the file and were given a new one."""

    file: Path
    created: int
    renewed: int


@dataclass(frozen=True)
class Sample:
    """One account to be: a role in an organisation or, besides a reader's role there, a seat in a group."""

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

    def entry(self, user: User, password: str) -> Entry:
        """As the file lists it."""
        where = {"group": self.group.code} if self.group else {"organisation": self.organisation.code}
        role = str(self.seat or self.role)
        return {
            "address": user.email,
            "password": password,
            "role": role,
            **where,
            "side": user.side,
            "name": user.name,
        }


class _QuickArgon2(Argon2PasswordHasher):
    """For passwords of 72 random bits, which need no stretching: three hundred accounts in a second, not in twenty.

    Sign-in knows the hash as Argon2's and, at the first one, replaces it by one of the settings' cost.
    """

    time_cost, memory_cost, parallelism = 1, 64, 1


@transaction.atomic
def load_demo(*, directory: Path, by: Actor) -> DemoReport:
    """Make the sample accounts that are missing and list all with their passwords in ``directory``, for its owner only.

    - An account that exists is left as it is, whatever its memberships have become.
    - Its password is known from the file alone: where the file has none, a new one is set and the event recorded.

    Raises: DemoError.
    """
    file = directory / FILE
    listed = _read(file)
    passwords = {entry["address"]: entry["password"] for entry in listed}
    people = {user.email: user for user in User.objects.filter(email__endswith=f"@{DOMAIN}", illustrative=True)}
    created = renewed = 0
    entries = []
    for sample in _samples():
        user, password = people.get(sample.address), passwords.get(sample.address)
        if user is None:
            password = password or secrets.token_urlsafe(9)
            user = _create(sample, password, by)
            created += 1
        elif password is None:
            password = secrets.token_urlsafe(9)
            _renew(user, password, by)
            renewed += 1
        entries.append(sample.entry(user, password))
    if not entries:
        raise DemoError("There are no organisations yet: load them first, with `manage.py load_programme`.")
    if entries != listed:
        _write(file, entries)
    return DemoReport(file, created, renewed)


def _samples() -> Iterator[Sample]:
    for body in Organisation.objects.named():
        yield from (Sample(body, role) for role in EVERYWHERE)
        if body.control_body:
            yield Sample(body, Role.CONTROLLER)
        if body.control_body or body.coordinator:
            yield Sample(body, Role.AUDITOR)
    for group in WorkingGroup.objects.select_related("lead_uz", "lead_kr"):
        for side in Side:
            yield from (Sample(group.lead(side), Role.READER, seat, group) for seat in SeatRole)


def _create(sample: Sample, password: str, by: Actor) -> User:
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


def _read(file: Path) -> list[Entry]:
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


def _write(file: Path, entries: list[Entry]) -> None:
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
