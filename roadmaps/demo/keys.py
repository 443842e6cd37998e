"""Software passkeys of the sample co-chairs: keys in a file, for a demonstration on a machine without authenticator.

Such a key turns through the ordinary service, and all that it signs is marked as sample. It is enrolled only while it
signs, inside one transaction: with a passkey that no browser holds its owner could no longer sign in.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from accounts.demo.software_passkey import SoftwarePasskey
from accounts.models import User
from accounts.policy.actors import Actor
from accounts.policy.questions import require, visible
from accounts.signin.keys import UnusableKey
from common.errors import sentence
from common.sides import Layer, day_of
from roadmaps.models import Proposal, Revision, Signature
from roadmaps.services.locking import open_revision
from roadmaps.services.signatures import sign
from roadmaps.signing import challenge, moment

FILE: Final = "demo-passkeys.json"
_REFERENCE: Final = re.compile(r"(RM-[0-9]{2,9})\.P([0-9]{1,9})(?:\.R([0-9]{1,9}))?")


class DemoKeyError(Exception):
    """A sample key cannot be used; the message says why."""


def sample_person(address: str) -> User:
    """Return a sample account. Raises: DemoKeyError for anyone else: only sample accounts have a key here."""
    user = User.objects.filter(email__iexact=address.strip(), illustrative=True).first()
    if user is None:
        raise DemoKeyError(f"{address} is not a sample account: DATA_DIR/demo-accounts.json lists them.")
    return user


def sample_actor(user: User, now: datetime) -> Actor:
    """Return the sample person as the actor of a command, on their side's own day."""
    return Actor(door="command", today=day_of(user.side, now), person=user, request_id=str(uuid4()))


def published_revision(reference: str, *, by: Actor) -> Revision:
    """Return the revision that RM-07.P1 (its open one) or RM-07.P1.R2 names, if this person may see it.

    Raises: DemoKeyError, with one sentence for what is not there and what they may not see.
    """
    parts = _REFERENCE.fullmatch(reference)
    if parts is None:
        raise DemoKeyError(f"“{reference}” is not a proposal's reference, such as RM-07.P1 or RM-07.P1.R2.")
    road_map, number, revision = parts.groups()
    seen = visible(
        by,
        "proposal.view",
        Proposal.objects.filter(road_map__reference=road_map, layer=Layer.SHARED, number=int(number)),
    )
    proposal = seen.first()
    if proposal is None:
        raise DemoKeyError(f"{by.act.actor_name} sees no proposal {road_map}.P{number}.")
    found = proposal.revisions.filter(number=int(revision)).first() if revision else open_revision(proposal)
    if found is None and not proposal.is_open:
        raise DemoKeyError(f"{reference} is closed: nothing of it is left to sign.")
    if found is None:
        wanted = f"There is no revision {reference}" if revision else f"Nothing of {reference} is published"
        raise DemoKeyError(f"{wanted}: its group's secretaries publish it first, then it can be signed.")
    return found


@transaction.atomic
def demo_sign(*, revision: Revision, directory: Path, by: Actor, now: datetime) -> Signature:
    """Sign a revision for a sample account, by `sign`, which decides as for everybody.

    Raises: DemoKeyError; NotAllowed, IllegalMove, CannotSign.
    """
    if by.person is None or not by.person.illustrative:
        raise DemoKeyError("Only a sample account can sign here.")
    require(by, "proposal.sign", revision.proposal)  # before a key is made for somebody who could not use it
    issued_at = moment(now)
    wanted = challenge(
        content_hash=revision.content_hash, revision=revision.reference, side=by.side, issued_at=issued_at
    )
    with _passkey_of(by.person, directory, now) as passkey:
        return sign(revision=revision, issued_at=issued_at, response=passkey.answer(wanted), by=by, now=now)


@contextmanager
def _passkey_of(person: User, directory: Path, now: datetime) -> Iterator[SoftwarePasskey]:
    """Enrol the passkey while it is used; it is never visible outside the caller's transaction."""
    file = directory / FILE
    kept = _read(file)
    try:
        if person.email in kept:
            passkey = SoftwarePasskey.from_json(kept[person.email], rp_id=settings.RP_ID, origin=settings.ORIGIN)
        else:
            passkey = SoftwarePasskey.make(rp_id=settings.RP_ID, origin=settings.ORIGIN)
            _write(file, {**kept, person.email: passkey.to_json()})
    except (AttributeError, LookupError, TypeError, ValueError):
        raise _spoilt(file) from None
    try:
        row = passkey.enrol(person, now=now)
    except UnusableKey as error:
        raise DemoKeyError(sentence(error)) from error
    yield passkey
    row.delete()


def _read(file: Path) -> dict[str, Any]:
    """Return the keys by address; none where there is no file. Raises: DemoKeyError."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise DemoKeyError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise _spoilt(file)
    return found


def _write(file: Path, kept: dict[str, Any]) -> None:
    """Write the file whole or not at all, readable by its owner only. Raises: DemoKeyError."""
    new = file.with_suffix(".new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as written:
            json.dump(kept, written, indent=1)
        new.replace(file)
    except OSError as error:
        raise DemoKeyError(f"{file} cannot be written: {error.strerror}.") from error


def _spoilt(file: Path) -> DemoKeyError:
    return DemoKeyError(f"{file} is not the list of sample passkeys: remove it, and new ones are made.")
