"""Bring two sample road maps into force through the ordinary services, to demonstrate deadlines and signatures."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.calendars import calendar_of
from accounts.demo.people import DOMAIN
from accounts.models import User
from accounts.policy.actors import Actor
from accounts.policy.questions import NotAllowed
from accounts.services import StaleEdit
from common.errors import CodedError, sentence
from common.sides import Side
from roadmaps.demo.keys import demo_sign, sample_actor
from roadmaps.demo.samples import REASON, SAMPLES, SampleRoadMap, Today, with_samples
from roadmaps.document.identity import identity
from roadmaps.models import Assignment, Proposal, ProposalState
from roadmaps.services.forecasts import set_forecast
from roadmaps.services.proposals import publish, save_content

LATE_BY: Final = timedelta(days=21)
LATE_BECAUSE: Final = "The laboratory tests take three weeks longer (sample)."

Who = Callable[[str], Actor]


class NotAdopted(Exception):
    """A draft was not brought into force; the message says why."""


def adopt_samples(*, directory: Path, now: datetime) -> tuple[list[str], list[str]]:
    """Bring the sample road maps into force where nobody has begun with them; each whole, or not at all.

    Return what was done and what was left, line by line. Raises: DemoKeyError, where the keys cannot be kept.
    """
    done: list[str] = []
    left: list[str] = []
    for area, sample in SAMPLES.items():
        proposal = _untouched(area)
        if proposal is None:
            continue
        name = f"{proposal.road_map.reference} {area}"
        try:
            with transaction.atomic():
                done += [f"{name}: {line}" for line in _adopt(proposal, sample, area, directory, now)]
        except NotAdopted as error:
            left.append(f"{name}: left as a draft: {error}")
    return done, left


def _untouched(area: str) -> Proposal | None:
    """Return the programme's own draft if only the loader has written it and the road map has no other proposal."""
    proposals = Proposal.objects.filter(road_map__group__code=area).select_related("road_map__group")
    if proposals.count() != 1:
        return None
    proposal = proposals.get()
    begun = proposal.state != ProposalState.DRAFT or proposal.history.exclude(act_kind="system").exists()
    return None if begun or not proposal.content.get("sections") else proposal


def _adopt(proposal: Proposal, sample: SampleRoadMap, area: str, directory: Path, now: datetime) -> Iterator[str]:
    """Raises: NotAdopted."""

    def who(role: str) -> Actor:
        user = User.objects.filter(email=f"{role}@{DOMAIN}", illustrative=True).first()
        if user is None:
            raise NotAdopted(f"there is no sample account {role}@{DOMAIN}.")
        return sample_actor(user, now)

    try:
        _sign_both(proposal, sample, area, who, directory, now)
        yield "in force as version 1, signed with sample keys"
        if sample.late:
            yield _expect_late(sample.late, who)
    except NotAllowed as error:
        raise NotAdopted("its sample accounts no longer hold their seats.") from error
    except CodedError as error:
        raise NotAdopted(sentence(error)) from error
    except (StaleEdit, ValidationError) as error:
        raise NotAdopted(str(error)) from error


def _sign_both(proposal: Proposal, sample: SampleRoadMap, area: str, who: Who, directory: Path, now: datetime) -> None:
    secretary = who(f"secretary.uz.{area}")
    edited = save_content(
        proposal=proposal,
        content=with_samples(proposal.document, sample, Today.at(now, calendar_of(Side.UZ))),
        reason=REASON,
        based_on=proposal.row_version,
        by=secretary,
    )
    revision = publish(proposal=edited, by=secretary, now=now)
    for side in Side:
        demo_sign(revision=revision, directory=directory, by=who(f"co_chair.{side.lower()}.{area}"), now=now)


def _expect_late(step: str, who: Who) -> str:
    assignment = Assignment.objects.select_related("milestone__measure", "organisation").get(
        milestone__uid=identity("milestone", f"sample:{step}"), role="lead", side=Side.UZ
    )
    milestone, lead = assignment.milestone, assignment.organisation.code
    if milestone.due_on is None:
        raise NotAdopted(f"milestone {milestone.label} has no date.")
    set_forecast(
        assignment=assignment,
        forecast_on=milestone.due_on + LATE_BY,
        reason=LATE_BECAUSE,
        based_on=assignment.row_version,
        by=who(f"officer.{lead}"),
    )
    return f"{lead} expects milestone {milestone.label} after its date"
