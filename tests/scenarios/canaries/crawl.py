"""Ask for every address there is, with the key of every record filled in, and read all that comes back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, Final, cast
from urllib.parse import quote

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import models, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Organisation, User
from programme.models import Decision, Meeting, PriorityArea, Project
from reminders.models import Message
from roadmaps.models import Milestone, Proposal, RoadMap
from tests.scenarios.canaries.audience import AUDIENCES
from tests.scenarios.canaries.planting import KINDS

# route parameters of the desk and of signing in: whose key each is, by the view's name
KEYS: Final[dict[str, tuple[type[models.Model], str]]] = {
    "desk:area": (PriorityArea, "code"),
    "desk:roadmap": (RoadMap, "reference"),
    "desk:propose": (RoadMap, "reference"),
    "desk:decision": (Decision, "code"),
    "desk:project": (Project, "code"),
    "desk:organisation": (Organisation, "code"),
    "desk:meeting": (Meeting, "code"),
    "desk:milestone": (Milestone, "uid"),
    "desk:signing_key": (Authenticator, "pk"),
    "desk:reminder_mail": (Message, "pk"),
    "mfa_remove_webauthn": (Authenticator, "pk"),
    "mfa_edit_webauthn": (Authenticator, "pk"),
}
OF_PROPOSALS: Final = {
    "proposal", "proposal_publish", "proposal_withdraw", "revision", "revision_sign", "withdraw_signature",
    "revision_refuse", "proposal_edit", "row_save", "row_act", "proposal_reopen",
}  # fmt: skip
WITHOUT_RECORD: Final = {"account_reset_password_from_key"}  # its key is a secret from an email

# or of the body, which has a new token each time
OF_THE_MOMENT: Final = {"x-request-id", "expires", "last-modified", "content-length", "content-security-policy"}
VOLATILE: Final = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|"csrfToken": *"[^"]*"|"challenge": *"[^"]*"'
    r"|X-CSRFToken[^}]*}|\?v=[0-9a-f]+"
)


@dataclass(frozen=True)
class Route:
    """An address with the record that it is about; ``nowhere`` is the same of a record that does not exist."""

    name: str
    address: str
    record: models.Model | None = None
    nowhere: str = ""


def routes() -> Iterator[Route]:
    """Every address of the product, once for each record that it can be about."""
    for name, pattern in _patterns(get_resolver().url_patterns):
        names = set(pattern.pattern.converters) | set(pattern.pattern.regex.groupindex)
        if not names:
            yield Route(name, reverse(name))
        elif name in WITHOUT_RECORD:
            continue
        else:
            yield from _filled(name, names, pattern)


def _patterns(patterns: list[Any], space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _patterns(pattern.url_patterns, inner)
        elif pattern.name:
            yield f"{space}{pattern.name}", pattern


def _filled(name: str, names: set[str], pattern: URLPattern) -> Iterator[Route]:
    space, _colon, own = name.rpartition(":")
    if own in OF_PROPOSALS:
        for proposal in cast(list[Proposal], _one_of_each(Proposal)):
            wrong = {"reference": f"{proposal.road_map.reference}.P{900 + proposal.pk}"}
            for number in range(1, proposal.revisions.count() + 2) if "number" in names else (None,):
                more = {} if number is None else {"number": number}
                record = proposal if number in (None, 1) or number <= proposal.revisions.count() else None
                right = {"reference": proposal.reference, **more}
                yield Route(name, reverse(name, kwargs=right), record, reverse(name, kwargs={**wrong, **more}))
        return
    if space == "admin":
        table = own.rpartition("_")[0].replace("_", ".", 1)
        model, column, parameter = apps.get_model(table), "pk", "object_id"
    elif space == "api":
        view = pattern.callback.cls  # type: ignore[attr-defined]
        model, column = view.columns.Meta.model, view.lookup_field
        parameter = column
    else:
        model, column = KEYS[name]  # a new route has to say here what its parameter is
        (parameter,) = names
    for row in _one_of_each(model):
        key = getattr(row, column)
        addresses = [reverse(name, kwargs={parameter: one}) for one in (key, nowhere(key))]
        yield Route(name, addresses[0], row, addresses[1])


def _one_of_each(model: type[models.Model]) -> list[models.Model]:
    """Return of the records that the same people see the one with the most history."""
    records = sorted(model._default_manager.order_by("-pk"), key=lambda row: getattr(row, "row_version", 0))
    return list({(kind_of(record), getattr(record, "state", "") == "published"): record for record in records}.values())


def nowhere(key: Any) -> Any:
    """Return a key like this one that no record has."""
    if isinstance(key, int):
        return key + 900_000
    text = str(key)
    if len(text) > 20:  # an identity
        return text[:-1] + ("0" if text[-1] != "0" else "1")
    return f"{text}9"


def asked(route: Route) -> Iterator[dict[str, str]]:
    """What each page can be asked besides, in its query."""
    if route.name not in ("desk:proposal", "desk:revision"):
        yield {}
    if route.name.endswith("_changelist"):
        yield {"o": "-1"}
    extra: dict[str, list[dict[str, str]]] = {
        "desk:roadmap": [{"draft": str(n)} for n in (1, 2, 4)] + [{"version": "1", "against": "1"}],
        "desk:proposal": [{"whole": ""}],
        "desk:revision": [{"whole": ""}],
        "desk:reminders": [{"road_map": "RM-01"}, {"road_map": "RM-02"}, {"person": "1"}],
    }
    yield from extra.get(route.name, [])
    if route.name == "desk:proposal_edit" and isinstance(route.record, Proposal):
        yield {"row": "head"}
        yield from ({"row": str(row.uid)} for _path, row in list(route.record.document.rows())[:3])


class Reader:
    """One persona behind their door, and every word that they were shown."""

    def __init__(self, who: str, client: Client, person: int | None) -> None:
        self.who, self.client, self.person = who, client, person
        client.raise_request_exception = False
        self.read: list[tuple[str, str]] = []

    def ask(self, method: str, address: str, data: Any = None, unheard: str = "", **headers: str) -> Any:
        """Ask, and undo whatever it did. ``unheard`` is a word that they said themselves."""
        with transaction.atomic():
            response = getattr(self.client, method)(address, data or {}, headers=headers)
            transaction.set_rollback(True)
        # the next answer would tell of this one; a system keeps no cookies at all
        for name in [name for name in self.client.cookies if name == "messages" or self.person is None]:
            del self.client.cookies[name]
        heard = said(response)
        self.read.append((f"{method} {address} {data or ''}", heard.replace(unheard, "") if unheard else heard))
        assert response.status_code < 500, (self.who, method, address, data)
        return response

    def may(self, record: models.Model) -> bool:
        """Return whether the table of audiences lets them see the record, or it is about them."""
        about = record.pk if isinstance(record, User) else getattr(record, "user_id", None)
        return self.who in AUDIENCES[kind_of(record)].may or (about is not None and about == self.person)


def kind_of(record: models.Model) -> str:
    """Return whose a record is as a whole: a person is not open because the name of a seat's holder is."""
    return KINDS[type(record)](record, "email" if isinstance(record, User) else "")


def said(response: HttpResponseBase) -> str:
    """Return all that an answer says: status, body, headers, cookies."""
    body = getattr(response, "content", b"") or b"".join(getattr(response, "streaming_content", []))
    cookies = response.cookies.output(header="")
    return f"{response.status_code}\n{response.headers}\n{cookies}\n{body.decode(errors='replace')}"


def told(response: HttpResponseBase, *keys: str) -> str:
    """Return what an answer says, but for what differs each time and for the ``keys`` that were asked with."""
    kept = {name: value for name, value in response.headers.items() if name.lower() not in OF_THE_MOMENT}
    if not is_data(response) or response.status_code != 200:
        kept.pop("ETag", None)
    text = f"{response.status_code}\n{kept}\n{sorted(response.cookies)}\n{getattr(response, 'content', b'').decode()}"
    for key in sorted(keys, key=len, reverse=True):
        text = text.replace(key, "KEY").replace(quote(key, safe=""), "KEY")
    return VOLATILE.sub("", text).replace("%3Fwhole%3D", "").replace("?whole=", "")


def is_data(response: HttpResponseBase) -> bool:
    return "json" in response.headers.get("Content-Type", "")


class FormFields(HTMLParser):
    """What a browser would send of the forms of a page that post to it, and which of it names a record."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("method", "").lower() == "post" and given.get("action", "") in ("", ".")
        name = given.get("name", "")
        if not self._inside or not name:
            return
        if tag == "input" and given.get("type") not in ("submit", "checkbox"):
            self.fields[name] = given.get("value", "")
        elif tag in ("select", "textarea"):
            self.fields[name] = ""
