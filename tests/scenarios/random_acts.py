"""Who takes part in the random acts on a road map, what they may write, and the proof checked a second time.

Nothing of the product verifies here: five lines, SHA-256 and the keys that the test remembers from when it made them.
"""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings as site
from django.utils import timezone
from hypothesis import strategies as st

from accounts.demo.software_passkey import SoftwarePasskey
from accounts.models import User
from common.deadlines import TO_BE_AGREED, Deadline, Precision
from common.text import Text
from roadmaps.document.content import MilestoneContent as Step
from roadmaps.document.content import RoadMapContent
from roadmaps.models import Revision, Signature
from tests.scenarios.people import loner, person, seat


@dataclass
class World:
    """Who there is, each with a passkey, and what the test remembers of them."""

    people: dict[str, User]
    keys: dict[str, SoftwarePasskey]
    seen: Counter[str]

    @classmethod
    def make(cls) -> "World":
        people = {
            **{f"chair {side}": seat("co_chair", side, "energy") for side in ("UZ", "KR")},
            **{f"secretary {side}": seat("secretary", side, "energy") for side in ("UZ", "KR")},
            "officer UZ": person("officer", "minenergy"),
            "officer KR": person("officer", "motie"),
            "head UZ": person("head", "minenergy"),
            "administrator UZ": person("administrator", "miit"),
            "administrator KR": person("administrator", "motie"),
            "chair of chemistry": seat("co_chair", "UZ", "chemistry"),
            "outsider": loner(side="KR"),
        }
        keys = {name: SoftwarePasskey.make(rp_id=site.RP_ID, origin=site.ORIGIN) for name in people}
        for name, user in people.items():
            keys[name].enrol(user, now=timezone.now())
        return cls(people, keys, Counter())


def challenge_of(content_hash: str, reference: str, side: str, at: Any) -> bytes:
    """signing.md's five lines, written here a second time."""
    lines = ["roadmap-signature/v1", content_hash, reference, side, at.strftime("%Y-%m-%dT%H:%M:%SZ")]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode("ascii")).digest()


def hash_of(revision: Revision, base_hash: str | None) -> str:
    """The document's canonical JSON and its hash, without the product's code; no number in it is a fraction."""
    reason = revision.reason.to_json() if revision.reason else None
    signed = {"format": "road-map/v1", "road_map": "RM-07", "base": base_hash, "content": revision.content}
    text = json.dumps({**signed, "reason": reason}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def verify(signature: Signature, key: SoftwarePasskey) -> None:
    """Raises where the stored bytes are not this key's answer for the stored revision."""
    client, data = bytes(signature.client_data), bytes(signature.authenticator_data)
    said = json.loads(client)
    revision = signature.revision
    wanted = challenge_of(revision.content_hash, revision.reference, signature.side, signature.issued_at)
    assert base64.urlsafe_b64decode(said["challenge"] + "=") == wanted
    assert (said["type"], said["origin"], said["crossOrigin"]) == ("webauthn.get", site.ORIGIN, False)
    assert data[:32] == hashlib.sha256(site.RP_ID.encode()).digest()
    assert data[32] & 5 == 5, "present and verified"
    signed = data + hashlib.sha256(client).digest()
    key.key.public_key().verify(bytes(signature.signature), signed, ec.ECDSA(hashes.SHA256()))


def changed(content: RoadMapContent, how: str, day: date) -> RoadMapContent:
    """One edit of the table; where there is nothing left to edit, none."""
    if not any(content.milestones()):
        return content
    section, measure, step = next(content.milestones())
    if how == "due":
        new = replace(
            measure, milestones=(replace(step, deadline=Deadline(day, Precision.DAY)), *measure.milestones[1:])
        )
    elif how == "to be agreed":
        new = replace(measure, milestones=(replace(step, deadline=TO_BE_AGREED), *measure.milestones[1:]))
    elif how == "text":
        new = replace(measure, title=Text.of(f"Supply by {day}"))
    elif how == "add":
        added = Step(UUID(int=day.month), 10 + day.month, Text.of("More"), Deadline(day, Precision.DAY), step.executors)
        present = {row.uid for row in measure.milestones}
        new = measure if added.uid in present else replace(measure, milestones=(*measure.milestones, added))
    else:
        new = replace(measure, milestones=measure.milestones[1:])
    sections = [replace(s, measures=tuple(new if m is measure else m for m in s.measures)) for s in content.sections]
    return replace(content, sections=tuple(sections))


EVERYBODY = (
    *("chair UZ", "chair KR", "secretary UZ", "secretary KR", "officer UZ", "officer KR", "head UZ"),
    *("administrator UZ", "administrator KR", "chair of chemistry", "outsider"),
)
anyone = st.sampled_from(EVERYBODY)


def mostly(*names: str) -> st.SearchStrategy[str]:
    """Who has the part comes up more often than who has not: else nothing would ever be agreed."""
    return st.sampled_from(names * (len(EVERYBODY) // len(names) + 1) + EVERYBODY)


secretaries = mostly("secretary UZ", "secretary KR")
chairs = mostly("chair UZ", "chair KR")
which = st.sampled_from([0, 0, 0, 0, 1, 2])
days = st.sampled_from([date(2027, month, 28) for month in range(1, 13)])
flaws = st.sampled_from(
    [
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "key",
        "side",
        "hash",
        "revision",
        "moment",
        "unverified",
        "origin",
        "too old",
        "too early",
    ]
)
rightly = st.sampled_from([True] * 6 + [False])


ACTS: list[st.SearchStrategy[tuple[str, dict[str, Any]]]] = []
Method = TypeVar("Method", bound=Callable[..., None])


def one_of_the_acts(often: int = 1, **given: st.SearchStrategy[Any]) -> Callable[[Method], Method]:
    """Every step draws from all acts alike; as rules of their own, most examples would leave most of them out."""

    def register(method: Method) -> Method:
        ACTS.extend([st.tuples(st.just(method.__name__), st.fixed_dictionaries(given))] * often)
        return method

    return register
