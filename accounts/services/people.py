"""Add people, and change their address and the language they read."""

from datetime import date

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import BasePasswordHasher, make_password
from django.db import transaction

from accounts.models import Membership, Organisation, Role, User
from accounts.models.person import normal_password
from accounts.policy.actors import Actor
from accounts.policy.questions import in_capacity, require
from accounts.services.records import save_record
from audit.acting import acting
from audit.services import record_event
from common.text import keep_as_typed


def add_person(
    *,
    email: str,
    name: str,
    side: str,
    password: str | None,
    illustrative: bool = False,
    hasher: str | BasePasswordHasher = "default",
) -> User:
    """Add a person who can sign in, inside the caller's act. Their address counts as verified.

    Raises: ValidationError for a name or an address that cannot be kept.
    """
    user = User(email=email.lower(), name=name, side=side, illustrative=illustrative)
    keep_as_typed(user, None, ["email", "name"])
    user.password = make_password(normal_password(password), hasher=hasher)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@transaction.atomic
def invite(
    *,
    email: str,
    name: str,
    organisation: Organisation,
    role: str,
    valid_from: date,
    by: Actor,
    valid_to: date | None = None,
    password: str | None = None,
    illustrative: bool = False,
) -> Membership:
    """Add a person with their first membership. They belong to the organisation's side for good.

    Without ``password`` they set one through "Forgot your password?".
    Raises: NotAllowed where ``by`` does not administer the organisation; ValidationError as `Membership.check_change`.
    """
    membership = Membership(organisation=organisation, role=role, valid_from=valid_from, valid_to=valid_to)
    by = in_capacity(by, "membership.manage", membership)
    with acting(by.act):
        membership.user = add_person(
            email=email, name=name, side=organisation.side, password=password, illustrative=illustrative
        )
        membership.check_change(None, by.today)
        membership.save()
    require(by, "membership.manage", membership)
    return membership


def create_administrator(*, organisation: Organisation, email: str, name: str, password: str, by: Actor) -> Membership:
    """Add the first administrator of a side to its coordinator; run on the server.

    Raises: ValueError where the organisation coordinates nobody.
    """
    if not organisation.coordinator:
        raise ValueError(f"{organisation} does not coordinate its side.")
    return invite(
        email=email,
        name=name,
        organisation=organisation,
        role=Role.ADMINISTRATOR,
        valid_from=by.today,
        by=by,
        password=password,
    )


@transaction.atomic
def save_person(person: User, *, by: Actor) -> None:
    """Save a changed person. Another address is an event as well, and links sent to the old one stop working.

    Raises: what `save_record` raises.
    """
    was = User.objects.values_list("email", flat=True).get(pk=person.pk)
    if not save_record(person, by=by) or person.email == was:
        return
    EmailAddress.objects.filter(user=person).delete()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    record_event(kind="address changed", act=by.act, subject=person.email, layer=person.side, person=person.pk, was=was)


@transaction.atomic
def choose_language(*, user: User, language: str, by: Actor) -> None:
    """Set the language of a person's pages and emails. Raises: ValueError for one that is not offered."""
    if language not in dict(settings.LANGUAGES):
        raise ValueError(f"{language} is not offered.")
    person = User.objects.select_for_update().get(pk=user.pk)
    if person.language == language:
        return
    person.language, person.row_version = language, person.row_version + 1
    with acting(by.act):
        person.save(update_fields=["language", "row_version"])
