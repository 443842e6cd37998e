"""People and drafts for tests, made through the ordinary services."""

from datetime import date, timedelta
from itertools import count

from django.utils import timezone

from accounts.models import Membership, Organisation, Seat, ServiceAccount, User, WorkingGroup
from accounts.policy.actors import Actor, system_actor
from accounts.services import invite, save_record
from audit.acting import acting
from common.sides import day_of
from roadmaps.document.content import RoadMapContent
from roadmaps.models import (
    Proposal,
    ProposalParty,
    ProposalState,
    Refusal,
    Revision,
    RoadMap,
    RoadMapVersion,
    Signature,
)
from roadmaps.services.projection import project_version

_numbers = count(1)
RAW = ("credential_id", "cose_key", "public_key", "authenticator_data", "client_data", "signature")


def actor_for(user: User) -> Actor:
    return Actor(door="admin", today=day_of(user.side, timezone.now()), person=user, request_id="test")


def person(role: str, code: str) -> User:
    """Someone with one role in one organisation, from today."""
    return invite(
        email=f"{role}.{code}.{next(_numbers)}@example.invalid",
        name=f"{role} of {code}",
        organisation=Organisation.objects.get(code=code),
        role=role,
        valid_from=timezone.localdate(),
        by=system_actor("tests"),
    ).user


def loner(*, side: str = "UZ", is_superuser: bool = False) -> User:
    """Someone without a membership or seat."""
    user = User(email=f"loner{next(_numbers)}@example.invalid", name="Nobody", side=side, is_superuser=is_superuser)
    with acting(system_actor("tests").act):
        user.save()
    return user


def seat(role: str, side: str, group: str) -> User:
    """Someone with one seat and no membership."""
    user = loner(side=side)
    save_record(
        Seat(
            user=user,
            group=WorkingGroup.objects.get(code=group),
            role=role,
            valid_from=timezone.localdate(),
        ),
        by=system_actor("tests"),
    )
    return user


def former_member(role: str, code: str, *, ended: date) -> User:
    """Someone whose only membership ended on a day; written as it would stand after that time has passed."""
    user = person(role, code)
    membership = Membership.objects.get(user=user)
    membership.valid_from, membership.valid_to = ended - timedelta(days=10), ended
    with acting(system_actor("tests").act):
        membership.save()
    return user


def service_account(code: str, scopes: list[str]) -> ServiceAccount:
    account = ServiceAccount(
        name=f"{code} system",
        organisation=Organisation.objects.get(code=code),
        scopes=scopes,
        client_type=ServiceAccount.CLIENT_CONFIDENTIAL,
        authorization_grant_type=ServiceAccount.GRANT_CLIENT_CREDENTIALS,
    )
    with acting(system_actor("tests").act):
        account.save()
    return account


def draft_of(code: str, group: str) -> Proposal:
    """A draft that an organisation keeps on its side's own layer."""
    author = Organisation.objects.get(code=code)
    draft = Proposal(
        road_map=RoadMap.objects.get(group__code=group),
        number=2,
        layer=author.side,
        author=author,
        content=RoadMapContent().to_json(),
    )
    with acting(system_actor("tests").act):
        draft.save()
    return draft


def put_in_force(reference: str, *, party: str) -> RoadMapVersion:
    """A road map's first proposal as version 1, as it would stand after both keys; the keys' bytes are nobody's.

    For tests of who sees what; `tests.roadmaps` signs in earnest.
    """
    proposal = Proposal.objects.get(road_map__reference=reference, number=1)
    now = timezone.now()
    revision = Revision(
        proposal=proposal,
        number=1,
        reference=f"{proposal.reference}.R1",
        content=proposal.content,
        content_hash="0" * 64,
        published_at=now,
        published_by="tests",
    )
    version = RoadMapVersion(road_map=proposal.road_map, number=1, revision=revision, in_force_at=now)
    proposal.state = ProposalState.IN_FORCE
    act = system_actor("tests").act
    with acting(act):
        revision.save()
        version.save()
        proposal.save()
        ProposalParty.objects.create(proposal=proposal, organisation=Organisation.objects.get(code=party))
        Refusal.objects.create(revision=revision, side="KR", refused_by="tests", refused_at=now, reason="No.")
        Signature.objects.create(
            revision=revision,
            side="UZ",
            signer_id=0,
            signer_name="tests",
            issued_at=now,
            sign_count=0,
            **dict.fromkeys(RAW, b""),
        )
    project_version(version=version, act=act)
    return version
