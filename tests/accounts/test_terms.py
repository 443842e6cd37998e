"""Nobody has one role in one place twice at the same time."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Membership, Organisation, Seat, WorkingGroup
from accounts.policy.actors import system_actor
from accounts.services import save_record
from audit.acting import acting
from tests.scenarios.people import person

pytestmark = pytest.mark.django_db

FIRST = timezone.now().date() + timedelta(days=100)

# of one that lasts from day 10 to day 20
OVERLAPPING = [(10, 20), (0, 10), (20, 30), (12, 15), (0, 30), (0, None), (20, None)]
APART = [(0, 9), (21, 30), (21, None)]


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def membership(user: Any, first: int, last: int | None) -> Membership:
    miit = Organisation.objects.get(code="miit")
    return Membership(
        user=user,
        organisation=miit,
        role="officer",
        valid_from=day(first),
        valid_to=None if last is None else day(last),
    )


def seat(user: Any, first: int, last: int | None) -> Seat:
    energy = WorkingGroup.objects.get(code="energy")
    return Seat(
        user=user,
        group=energy,
        role="member",
        side=user.side,
        valid_from=day(first),
        valid_to=None if last is None else day(last),
    )


KINDS: list[Callable[..., Membership | Seat]] = [membership, seat]


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_term_at_the_same_time_is_refused(kind: Callable[..., Any], programme: None) -> None:
    user, by = person("reader", "miit"), system_actor("tests")
    save_record(kind(user, 10, 20), by=by)
    for first, last in OVERLAPPING:
        with pytest.raises(ValidationError, match="This is there already in this period"):
            save_record(kind(user, first, last), by=by)
        # also where no form asks: the database refuses
        with pytest.raises(IntegrityError), transaction.atomic(), acting(by.act):
            kind(user, first, last).save()
    for first, last in APART:
        with transaction.atomic():
            save_record(kind(user, first, last), by=by)
            transaction.set_rollback(True)


@pytest.mark.parametrize("kind", KINDS)
def test_a_term_is_not_prolonged_into_another(kind: Callable[..., Any], programme: None) -> None:
    user, by = person("reader", "miit"), system_actor("tests")
    early, late = kind(user, 0, 9), kind(user, 10, 20)
    save_record(early, by=by)
    save_record(late, by=by)
    early.valid_to = day(10)
    with pytest.raises(ValidationError):
        save_record(early, by=by)
    with pytest.raises(IntegrityError), transaction.atomic(), acting(by.act):
        early.save()
