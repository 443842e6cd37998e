"""Nobody is offered what they are refused: every link that a page offers opens, every button it offers is allowed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from typing import Final
from urllib.parse import parse_qs, urljoin

import pytest
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

from accounts.models import User
from roadmaps.models import RoadMap
from roadmaps.services import start_proposal
from tests.scenarios.people import actor_for, person, put_in_force, seat
from tests.scenarios.signing import Group, due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

ELSEWHERE: Final = ("account_logout", "desk:language")  # on every page; for everybody

PERSONAS: Final[dict[str, Callable[[Group], User]]] = {
    "officer of a co-executor": lambda _: person("officer", "mintrans"),
    "head of a co-executor": lambda _: person("head", "mintrans"),
    "reader of a co-executor": lambda _: person("reader", "mintrans"),
    "secretary": lambda _: seat("secretary", "KR", "energy"),
    "co-chair": lambda group: group.chairs["KR"],
    "officer of a lead": lambda _: person("officer", "minenergy"),
    "administrator": lambda _: person("administrator", "minenergy"),
    "controller": lambda _: person("controller", "presidential-administration"),
    "auditor": lambda _: person("auditor", "miit"),
    "administrator of the coordinator": lambda _: person("administrator", "miit"),
}


@dataclass
class Form:
    """What a page offers to post: where, and what each button of it would send."""

    action: str
    method: str
    fields: dict[str, str]
    buttons: list[dict[str, str]]

    def posts(self) -> list[dict[str, str]]:
        """Return what each button would send; nothing where the form only asks."""
        if self.method != "post" or kind_of(self.action) in ELSEWHERE:
            return []
        return [self.fields | button for button in self.buttons]


class Offers(HTMLParser):
    """The links and the forms of a page."""

    def __init__(self, address: str, html: str) -> None:
        super().__init__()
        self.address = address
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.links.append(urljoin(self.address, given["href"]).partition("#")[0])
        elif tag == "form":
            action = urljoin(self.address, given.get("action", ""))
            self.forms.append(Form(action, given.get("method", "get"), {}, []))
        elif self.forms and tag == "button" and given.get("type", "submit") == "submit":
            self.forms[-1].buttons.append({given["name"]: given.get("value", "")} if "name" in given else {})
        elif self.forms and tag == "input" and "name" in given:
            self.forms[-1].fields[given["name"]] = given.get("value", "")


def kind_of(address: str) -> str:
    """Which page it is, and what it is asked for. Raises: Resolver404."""
    path, _, query = address.partition("?")
    asked = sorted({*parse_qs(query, keep_blank_values=True)} - {"_changelist_filters"})
    return " ".join([resolve(path).view_name, *asked])


def opened(client: Client, dead: list[str]) -> Iterator[Offers]:
    """Yield one page of each kind that is reached from the desk; a link that does not open is ``dead``.

    A list of the admin links to itself, sorted and filtered in every way: the tests of the admin go over these.
    """
    waiting, seen = [("/", "/")], set[str]()
    while waiting:
        address, source = waiting.pop(0)
        try:
            kind = kind_of(address)
        except Resolver404:
            dead.append(f"{address}, offered on {source}, is no address")
            continue
        if kind in seen:
            continue
        seen.add(kind)
        answer = client.get(address)
        if answer.status_code not in (200, 302):
            dead.append(f"{address}, offered on {source}: {answer.status_code}")
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            page = Offers(address, answer.content.decode())
            yield page
            waiting += [(link, address) for link in page.links if link.startswith("/") and not sorts(link, address)]


def sorts(link: str, source: str) -> bool:
    return link.startswith("/admin/") and link.partition("?")[0] == source.partition("?")[0]


@pytest.fixture
def agreed() -> Group:
    """Two road maps in force, one of which has a published change that waits for both signatures, and a draft."""
    put_in_force("RM-08", party="edcf")
    group = Group()
    group.adopt()
    secretary, road_map = actor_for(group.secretary), RoadMap.objects.get(reference="RM-07")
    start_proposal(road_map=road_map, layer="shared", author=None, by=secretary)
    group.edit(due(date(2027, 5, 1)))
    group.publish()
    start_proposal(road_map=road_map, layer="shared", author=None, by=secretary)
    return group


@pytest.mark.parametrize("name", PERSONAS)
def test_what_a_page_offers_is_allowed(name: str, agreed: Group) -> None:
    client = Client()
    client.force_login(PERSONAS[name](agreed))
    refused: list[str] = []
    for page in opened(client, refused):
        for form in page.forms:
            for fields in form.posts():
                answer = posted(client, form.action, fields)
                if answer in (403, 404, 405) or answer >= 500:
                    refused.append(f"{form.action} {fields}, offered on {page.address}: {answer}")
    assert not refused, "\n".join(refused)


def posted(client: Client, address: str, fields: dict[str, str]) -> int:
    """Return the status of the answer; nothing of what it did is kept."""
    point = transaction.savepoint()
    status = client.post(address, fields).status_code
    transaction.savepoint_rollback(point)
    return status
