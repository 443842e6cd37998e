"""Measure what a large programme costs more than a small one: pages of the API and of the desk, in pairs.

`python -m bench.flat --sizes 1000,100000` fills a scratch database for each size and takes turns between them, so that
other load on the machine affects both alike. docs/benchmarks.md says what the ratios must hold.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
from django.core import signing
from django.core.management import call_command
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import setup_test_environment
from django.utils import timezone

from accounts.models import Organisation
from accounts.policy.actors import account_actor, system_actor
from accounts.policy.questions import visible
from accounts.services import create_service_account, invite
from bench.api_page import ADDRESS, MINISTRY, asking, by_hand, fill
from bench.pages import get
from bench.running import Figure, Figures, keep, queries, seconds, show
from common.api.keyset import SALT
from roadmaps.models import Assignment, Milestone

TURNS: Final = 9
SMALLEST: Final = 1_000
PAGES: Final = {
    "desk": "/",
    "urgent milestones": "/milestones/",
    "areas": "/areas/",
    "one area": "/areas/energy/",
    "road maps": "/road-maps/",
    "programme": "/programme/",
    "organisation": "/organisations/minenergy/",
    "reminders to come": "/reminders/to-come/",
}
READERS: Final = ("ministry", "coordinator", "organisation with 50 rows")

Act = Callable[[], object]


class ScratchDatabase:
    """The scratch database of one size, with what is measured in it by name."""

    def __init__(self, size: int, name: str) -> None:
        self.size, self.name = size, name
        self.acts: dict[str, Act] = {}
        self.deep: dict[str, tuple[Act, Act]] = {}
        self.by_hand: dict[str, tuple[Act, Act]] = {}

    def enter(self) -> None:
        if connection.settings_dict["NAME"] != self.name:
            connection.close()
            connection.settings_dict["NAME"] = self.name

    def prepare(self) -> None:
        """Fill the database, and make the readers."""
        self.enter()
        fill(self.size)
        call_command("load_stages", stdout=sys.stderr)
        for reader, organisation in zip(READERS, _organisations(), strict=True):
            self._add_api(reader, organisation)
            if reader != READERS[2]:
                self._add_pages(reader, organisation)

    def _add_api(self, reader: str, organisation: Organisation) -> None:
        made = create_service_account(
            organisation=organisation, name="bench", scopes=["read"], by=system_actor("bench")
        )
        ask, actor = asking(made), account_actor(made.account)
        first = partial(ask, ADDRESS)
        self.acts[f"API page, {reader}"] = first
        rows = visible(actor, "milestone.view", Milestone.objects.filter(dropped_in=None, due_on__isnull=False))
        following = orjson.loads(first())["next"]
        if following:
            middle = rows.order_by("due_on", "pk").values_list("due_on", "pk")[rows.count() // 2]
            self.deep[reader] = partial(ask, _at(following, middle)), first
        if reader != "coordinator":  # who sees all by another right than the statement's
            keys = sorted(actor.own_and_answering())
            stated = [row["uid"] for row in orjson.loads(by_hand(keys, None))]
            # rows without a date follow where a page is not full
            if not stated or _uids(first())[: len(stated)] != stated:
                raise AssertionError(f"The statement reads other rows than {reader}.")
            self.by_hand[reader] = first, partial(by_hand, keys, None)

    def _add_pages(self, reader: str, organisation: Organisation) -> None:
        officer = invite(
            email=f"{organisation.code}@example.invalid",
            name="Bench",
            organisation=organisation,
            role="officer",
            valid_from=timezone.localdate(),
            by=system_actor("bench"),
        )
        client = Client()
        client.force_login(officer.user)
        for page, address in PAGES.items():
            self.acts[f"{page}, {reader}"] = partial(get, client, address)


def _organisations() -> tuple[Organisation, Organisation, Organisation]:
    counted = Assignment.objects.values("organisation").annotate(rows=Count("pk")).order_by("rows", "organisation")
    few = counted.values_list("organisation", flat=True)[0]
    return (
        Organisation.objects.get(code=MINISTRY),
        Organisation.objects.get(coordinator=True, side="UZ"),
        Organisation.objects.get(pk=few),
    )


def _at(following: str, position: tuple[object, int]) -> str:
    """Return the address of the page after a position, made from that of a second page."""
    parts = urlsplit(following)
    asked = dict(parse_qsl(parts.query))
    list_of, _value, _key = signing.loads(asked["cursor"], salt=SALT)
    asked["cursor"] = signing.dumps([list_of, str(position[0]), position[1]], salt=SALT)
    return f"{parts.path}?{urlencode(asked)}"


def _uids(answer: bytes) -> list[str]:
    return [row["uid"] for row in orjson.loads(answer)["results"]]


def measure(places: list[ScratchDatabase]) -> Figures:
    small, *larger = places
    found: Figures = []
    for place in places:
        place.enter()
        rows = f"at {place.size:,}"
        for reader, pair in place.by_hand.items():
            found.append(Figure(f"API page / statement, {reader}, {rows}", in_turn(*pair), "ratio", TURNS, 1.5))
        for reader, pair in place.deep.items():
            found.append(Figure(f"halfway down / first page, {reader}, {rows}", in_turn(*pair), "ratio", TURNS, 1.3))
        for name, act in place.acts.items():
            found.append(Figure(f"{name}, {rows}", queries(act), "queries", n=1))
    for place in larger:
        for name in small.acts:
            limit = 1.3 if name.startswith("API") else 2
            own, other = turns(place, small, name)
            title = f"{name}, {place.size:,} / {small.size:,}"
            found.append(Figure(title, median(a / b for a, b in zip(own, other, strict=True)), "ratio", TURNS, limit))
            found.append(Figure(f"{name}, at {place.size:,}", median(own) * 1000, "ms", TURNS))
    return found


def in_turn(act: Act, other: Act) -> float:
    """Return how many times longer the first takes: the median of pairs."""
    act(), other()
    return median(seconds(act) / seconds(other) for _turn in range(TURNS))


def turns(place: ScratchDatabase, other: ScratchDatabase, name: str) -> tuple[list[float], list[float]]:
    """Return the seconds of both places, taken by turns; a new connection is warmed up before each."""
    found: tuple[list[float], list[float]] = ([], [])
    for _turn in range(TURNS):
        for at, times in zip((place, other), found, strict=True):
            at.enter()
            at.acts[name]()
            times.append(seconds(at.acts[name]))
    return found


@contextmanager
def scratch(sizes: list[int]) -> Iterator[list[ScratchDatabase]]:
    """Make a database for each size beside the configured one, and drop them all at the end."""
    own, made = connection.settings_dict["NAME"], []
    try:
        for size in sizes:
            connection.close()
            connection.settings_dict["NAME"] = own
            connection.settings_dict["TEST"]["NAME"] = f"bench_{own}_{size}"
            made.append(ScratchDatabase(size, connection.creation.create_test_db(verbosity=0, autoclobber=True)))
        yield made
    finally:
        for place in made:
            place.enter()
            connection.creation.destroy_test_db(own, verbosity=0)


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,100000", help="numbers of milestones, the smallest first")
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    if connection.vendor != "postgresql":
        sys.stderr.write("DATABASE_URL must name a PostgreSQL database: what is measured here is PostgreSQL.\n")
        return 2
    if len(sizes) < 2 or sizes[0] < SMALLEST:
        sys.stderr.write(f"--sizes: write at least two numbers, from {SMALLEST} on, the smallest first.\n")
        return 2
    setup_test_environment()
    call_command("collectstatic", interactive=False, verbosity=0)
    with scratch(sizes) as places:
        for place in places:
            place.prepare()
        found = measure(places)
    keep("flat", found)
    show(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
