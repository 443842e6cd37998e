"""Give every text of every table a word of its own that says whose it is."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.db import models

from accounts.models import (
    DayException,
    EnrolledKey,
    Membership,
    Organisation,
    OrganisationName,
    Seat,
    ServiceAccount,
    User,
    WorkingGroup,
)
from audit.models import Event, HistoryRow
from common.sides import Layer
from common.text import MultilingualField, Text
from programme.models import (
    Decision,
    DecisionParty,
    Indicator,
    Meeting,
    Observation,
    PriorityArea,
    Project,
    ProjectParticipant,
)
from reminders.models import CredentialNotice, Heartbeat, Message, Notice, Stage
from roadmaps.models import (
    Assignment,
    Measure,
    Milestone,
    Proposal,
    ProposalParty,
    Refusal,
    Revision,
    RoadMap,
    RoadMapVersion,
    Section,
    Signature,
)
from tests.scenarios.canaries.world import PART_OF

TEXTS: Final = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
WORD: Final = re.compile("zq[a-z]{5}q")

# columns that take no word: everything that is read of them is somebody's choice from a list, or computed
IDENTITIES: Final = {"code", "reference", "kind", "act_kind", "act_door", "act_side", "act_organisation"}
VOCABULARIES: Final = {
    "language", "record_language", "due_precision", "capacity", "paragraphs", "regions", "scopes", "outline",
    "drafted_as",
    "rp_id", "origin", "message_id", "session_key", "allowed_origins", "redirect_uris", "post_logout_redirect_uris",
}  # fmt: skip
# the library's tables that people see something of have a kind below; the others no screen reads
CLOSED_TABLES: Final = {"admin", "auth", "contenttypes", "sessions", "oauth2_provider"}
CLOSED_MODELS: Final = {"account.EmailConfirmation", "account.EmailAddress"}  # the latter is the person's own column


@dataclass(frozen=True)
class Canary:
    """Where a word stands. ``owner``: whom the record is about, and who may read it therefore."""

    word: str
    kind: str
    place: str
    owner: int | None = None


def _group(road_map: RoadMap) -> str:
    return str(road_map.group.code)


def _part(milestones: Iterable[Milestone], group: str) -> str:
    named = any(row.assignments.filter(organisation__code=PART_OF).exists() for row in milestones)
    return f"{group} part" if named else group


def _proposal(row: Proposal, field: str = "") -> str:
    group = _group(row.road_map)
    if row.layer != Layer.SHARED:
        return f"{row.layer} {group}"
    return f"{group} agreement" if row.parties.exists() else group


def _person(row: User, field: str) -> str:
    if field == "password":
        return "nobody"
    is_administrator = row.memberships.filter(role="administrator", organisation__coordinator=True).exists()
    if is_administrator:
        return f"{row.side} administrator"
    if field == "email":
        return f"{row.side} address"
    return "seat name" if row.seats.exists() else f"{row.side} name"


def _account(row: ServiceAccount, field: str) -> str:
    return "nobody" if field == "client_secret" else f"{row.organisation.side} system"


def _open(row: Any, field: str) -> str:
    return "open"


def _of_proposal(row: Any, field: str) -> str:
    return _proposal(row.proposal)


def _of_revision(row: Any, field: str) -> str:
    return _proposal(row.revision.proposal)


# a new model has to say here whose its texts are
KINDS: Final[dict[type[models.Model], Callable[[Any, str], str]]] = {
    **dict.fromkeys((Organisation, OrganisationName, WorkingGroup, Seat, DayException, Stage), _open),
    **dict.fromkeys((PriorityArea, Meeting, Decision, DecisionParty, Indicator, Observation), _open),
    User: _person,
    Membership: lambda row, field: f"{row.user.side} address",
    ServiceAccount: _account,
    EnrolledKey: lambda row, field: f"{row.user.side} key",
    # their owners alone
    Authenticator: lambda row, field: "nobody",
    UserSession: lambda row, field: "nobody",
    Project: lambda row, field: f"{row.area.group.code} project",
    ProjectParticipant: lambda row, field: f"{row.project.area.group.code} project",
    RoadMap: lambda row, field: _part(row.milestones.all(), _group(row)),
    RoadMapVersion: lambda row, field: _part(row.road_map.milestones.all(), _group(row.road_map)),
    Section: lambda row, field: _part(Milestone.objects.filter(measure__section=row), _group(row.road_map)),
    Measure: lambda row, field: _part(row.milestones.all(), _group(row.section.road_map)),
    Milestone: lambda row, field: _part([row], _group(row.road_map)),
    Assignment: lambda row, field: _part([row.milestone], _group(row.milestone.road_map)),
    Proposal: _proposal,
    ProposalParty: _of_proposal,
    Revision: _of_proposal,
    Signature: _of_revision,
    Refusal: _of_revision,
    # no page shows events or heartbeats
    Event: lambda row, field: "nobody",
    Heartbeat: lambda row, field: "nobody",
    Notice: lambda row, field: f"{row.recipient.side} notice",
    Message: lambda row, field: f"{row.recipient.side} notice",
    CredentialNotice: lambda row, field: "nobody",
}


class Canaries:
    """Every word by itself. Planting changes columns behind the services' backs: no history tells of it."""

    def __init__(self) -> None:
        self.words: dict[str, Canary] = {}
        self._seats = set(Seat.objects.values_list("user", flat=True))

    def plant(self, *only: type[models.Model]) -> None:
        for model in only or _tables():
            fields = [field for field in _texts(model) if field.name not in IDENTITIES | VOCABULARIES]
            for row in model._base_manager.order_by("pk") if fields else ():
                record = _record_of(row)
                for field in fields:
                    setattr(row, field.attname, self._planted(row, record, field))
                row.save_base(raw=True, force_update=True)
        for address in EmailAddress.objects.select_related("user"):
            EmailAddress.objects.filter(pk=address.pk).update(email=address.user.email)

    def found(self, text: str) -> set[str]:
        """Return the words in a text; a fingerprint is printed in groups."""
        return {word for word in WORD.findall(text.lower()) if word in self.words}

    def of(self, place: str, kind: str = "") -> list[str]:
        return [one.word for one in self.words.values() if one.place == place and kind in ("", one.kind)]

    def _planted(self, row: models.Model, record: Any, field: Any) -> Any:
        value, table = getattr(row, field.attname), _base_of(row)
        place = f"{type(row)._meta.label}.{field.name}"
        if isinstance(field, models.BinaryField):
            return value
        kind = self._kind(row, record, table, field.name)
        owner = record.pk if isinstance(record, User) else getattr(record, "user_id", None)
        owner = getattr(record, "recipient_id", owner)

        def word(kind: str = kind) -> str:
            return self._word(kind, place, owner)

        if isinstance(field, MultilingualField):
            return Text.of(word(), ru=word())
        if isinstance(field, models.JSONField):
            if table is Authenticator:  # its other texts are the key
                return {**value, "name": word()}
            return _replaced(value, kind, word)
        if isinstance(value, str) and "@" in value or field.name in ("email", "address"):
            return f"{word()}@example.invalid"
        if isinstance(field, models.TextField):
            return f"{word()}\n{word()}"
        return word()

    def _kind(self, row: Any, record: Any, table: type[models.Model], field: str) -> str:
        if not isinstance(row, HistoryRow):
            return KINDS[table](record, field)
        if field == "act_request_id":
            return "nobody"
        if field == "act_name":
            return self._of_actor(row)
        if row.history_layer != Layer.SHARED and table is Proposal:
            return f"{row.history_layer} {_group(record.road_map)}"
        return KINDS[table](record, field)

    def _of_actor(self, row: Any) -> str:
        if not row.act_side:
            return "system"
        if row.history_user_id in self._seats:
            return "seat name"
        person = User.objects.get(pk=row.history_user_id)
        return _person(person, "name")

    def _word(self, kind: str, place: str, owner: int | None) -> str:
        number, letters = (len(self.words) * 7_919_993 + 12_345) % 26**5, ""
        for _letter in range(5):
            number, rest = divmod(number, 26)
            letters += chr(ord("a") + rest)
        word = f"zq{letters}q"
        self.words[word] = Canary(word, kind, place, owner)
        return word


def _replaced(value: Any, kind: str, word: Callable[[str], str]) -> Any:
    """Return a JSON value with every text replaced. A row of a document that names the party is for that party too."""
    if isinstance(value, list):
        return [_replaced(one, kind, word) for one in value]
    if isinstance(value, str) and kind == "nobody":  # of an event
        return f"{word(kind)}@example.invalid" if "@" in value else word(kind)
    if not isinstance(value, dict):
        return value
    if "uid" in value and kind in ("energy agreement", "energy part", "energy"):
        kind = "energy part" if f"'{PART_OF}'" in str(value) and kind != "energy" else "energy"
    if "texts" in value:
        return {**value, "texts": {language: word(kind) for language in value["texts"]}}
    return {name: _replaced(one, kind, word) for name, one in value.items()}


def _tables() -> Iterator[type[models.Model]]:
    for model in apps.get_models():
        if model._meta.app_label not in CLOSED_TABLES and model._meta.label not in CLOSED_MODELS:
            yield model


def _texts(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if isinstance(field, TEXTS) and not field.choices]


def _base_of(row: Any) -> type[models.Model]:
    return type(row) if not isinstance(row, HistoryRow) else cast(Any, row).instance_type


def _record_of(row: Any) -> Any:
    """Return the record itself for a row of its history."""
    return _base_of(row)._base_manager.get(pk=cast(Any, row).id) if isinstance(row, HistoryRow) else row
