"""The desk by its links: none is dead for its reader, and no list reads a whole document."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, resolve, reverse

from desk import urls
from roadmaps.models import RoadMap
from roadmaps.services import start_proposal
from tests.scenarios.people import actor_for, person, put_in_force
from tests.scenarios.signing import Group

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

# their pages print a document: the only ones that may read it
SHOW_A_DOCUMENT = {"roadmap", "milestone", "proposal", "revision", "proposal_edit"}
LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)')


@pytest.fixture
def agreed() -> None:
    """Two road maps in force, one of them with a published change; the others are drafts."""
    put_in_force("RM-08", party="edcf")
    group = Group()
    group.adopt()
    road_map = RoadMap.objects.get(reference="RM-07")
    start_proposal(road_map=road_map, layer="shared", author=None, by=actor_for(group.secretary))
    group.edit(lambda content: content, reason="Another reason.")


def pages(client: Client) -> Iterator[tuple[str, str, list[str]]]:
    """Yield name, address and SQL of one page of each kind, from the lists on by their links."""
    waiting = [reverse(f"desk:{name}") for name in lists()]
    seen: set[str] = set()
    while waiting:
        address = waiting.pop(0)
        name = resolve(address.partition("?")[0]).view_name
        if name in seen:
            continue
        seen.add(name)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        yield name, address, [query["sql"] for query in queries]
        assert response.status_code in (200, 302), f"{address}: {response.status_code}"
        if name.startswith("desk:"):
            waiting += map(unescape, LINK.findall(response.content.decode()))


def lists() -> list[str]:
    """Names of the desk's pages whose addresses name no record."""
    found = [pattern for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)]
    return [str(row.name) for row in found if not row.pattern.converters and row.name != "language"]


def test_no_list_reads_a_document(agreed: None) -> None:
    client = Client()
    client.force_login(person("officer", "miit"))
    found = {name: sql for name, _address, sql in pages(client)}
    assert {"desk:area", "desk:decision", "desk:organisation", "desk:roadmap", "desk:proposal"} <= set(found)
    for name, statements in found.items():
        reading = [sql for sql in statements if '."content"' in sql]
        if name.removeprefix("desk:") not in SHOW_A_DOCUMENT:
            assert not reading, f"{name}: {reading[0][:300]}"


@pytest.mark.parametrize("role", ["officer", "reader"])
def test_every_link_of_the_desk_leads_somewhere(role: str, agreed: None) -> None:
    """For a co-executor of one milestone, and for somebody who takes no part."""
    client = Client()
    client.force_login(person(role, "mintrans" if role == "officer" else "kia"))
    tried: set[str] = set()
    for name, address, _sql in pages(client):
        if not name.startswith("desk:"):
            continue
        for link in map(unescape, LINK.findall(client.get(address).content.decode())):
            kind = resolve(link.partition("?")[0]).view_name if link not in tried else ""
            if kind in ("desk:roadmap", "desk:milestone", "desk:proposal", "desk:project"):
                tried.add(link)
                assert client.get(link).status_code == 200, f"{link} on {address}"
    assert len(tried) >= (2 if role == "officer" else 1)
