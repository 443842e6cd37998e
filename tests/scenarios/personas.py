"""Every persona of the access matrix."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import (
    User,
)
from accounts.policy.actors import Actor
from tests.scenarios.people import former_member, loner, person, seat, service_account

MEMBERS = {
    # persona: role and organisation
    "reader of energy": ("reader", "minenergy"),
    "officer of energy": ("officer", "minenergy"),
    "administrator of energy": ("administrator", "minenergy"),
    "officer of uzkimyosanoat": ("officer", "uzkimyosanoat"),
    "head of motie": ("head", "motie"),
    "administrator of miit": ("administrator", "miit"),
    "administrator of motie": ("administrator", "motie"),
    "auditor of miit": ("auditor", "miit"),
    "auditor of motie": ("auditor", "motie"),
    "controller of uz": ("controller", "presidential-administration"),
    "officer of edcf": ("officer", "edcf"),
    "officer of moef": ("officer", "moef"),
    "officer of kia": ("officer", "kia"),
}
SEATS = {
    "co-chair uz energy": ("co_chair", "UZ", "energy"),
    "secretary kr energy": ("secretary", "KR", "energy"),
    "member kr energy": ("member", "KR", "energy"),
}
WITHOUT = {"former member", "superuser", "outsider", "koica system without scope"}
SYSTEM = "koica system"


def personas() -> dict[str, Actor]:
    """Every persona as an actor."""
    today = timezone.localdate()
    people: dict[str, User] = {name: person(role, code) for name, (role, code) in MEMBERS.items()}
    people |= {name: seat(role, side, group) for name, (role, side, group) in SEATS.items()}
    people |= {
        "former member": former_member("officer", "minenergy", ended=today - timedelta(days=1)),
        "superuser": loner(is_superuser=True),
        "outsider": loner(),
    }
    actors = {name: Actor(door="admin", today=today, person=user) for name, user in people.items()}
    for name, scopes in ((SYSTEM, ["read"]), ("koica system without scope", [])):
        actors[name] = Actor(door="api", today=today, account=service_account("koica", scopes))
    return actors
