"""No door past the policy: every text says whose it is, and eight readers ask for everything that there is.

Who may read what stands in `tests.scenarios.canaries.audience`, written by hand. What a reader is told of a record that
they may not see must not differ from what they are told of one that does not exist.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any, Final

import pytest
from django.contrib import admin
from django.core import mail
from django.db import models, transaction
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import ServiceAccount, User
from accounts.policy.actors import account_actor, person_actor
from programme.models import Project
from reminders.models import CredentialNotice, Message, Notice
from roadmaps.models import Assignment, Proposal
from tests.scenarios.api import client_of
from tests.scenarios.canaries.audience import AUDIENCES, PERSONAS, SIDES, side_of
from tests.scenarios.canaries.crawl import FormFields, Reader, Route, asked, nowhere, routes, told
from tests.scenarios.canaries.planting import Canaries, Canary
from tests.scenarios.canaries.world import World
from tests.scenarios.reminders import sweep

pytestmark = pytest.mark.django_db

SYSTEM: Final = "kr system"
NOBODY_READS: Final = {
    # columns whose words nobody is shown, and why
    "accounts.User.password": "a hash",
    "accounts.ServiceAccount.client_secret": "a hash",
    "audit.Event.act_name": "no page shows events",
    "audit.Event.act_reason": "no page shows events",
    "audit.Event.act_request_id": "no page shows events",
    "audit.Event.detail": "no page shows events",
    "audit.Event.subject": "no page shows events",
    "reminders.Message.subject": "the page prints it as it stands in the email",
    "reminders.Notice.why": "of a notice that was cancelled",
    "roadmaps.Revision.base_hash": "in the export for auditors",
    "roadmaps.Signature.content_hash": "in the export for auditors",
    "roadmaps.Signature.seat": "in the export for auditors",
    "usersessions.UserSession.user_agent": "the list of sessions names the browser in our words",
}


class Crawl:
    """The world with its words, and everything that each reader was told."""

    def __init__(self) -> None:
        self.world, self.logged = World(), Logged()
        system = client_of(account_actor(ServiceAccount.objects.get(organisation__code=PERSONAS[SYSTEM])))
        self.canaries = Canaries()
        self.canaries.plant()
        mail.outbox = []
        sweep(timezone.now())
        self.canaries.plant(Message, Notice, CredentialNotice)
        self.readers = [self._reader(who, name, system) for who, name in PERSONAS.items()]
        self.routes = list(routes())
        self.pages: dict[str, dict[tuple[str, str], Any]] = {}
        for reader in self.readers:
            reader.ask("get", "/")  # which greets whoever comes the first time
            self.pages[reader.who] = dict(self._pages(reader))

    def _reader(self, who: str, name: str, system: Client) -> Reader:
        if who == SYSTEM:
            return Reader(who, system, None)
        person = User.objects.get(pk=self.world.people[name].pk)
        return Reader(who, client_of(person_actor(person)), person.pk)

    def _pages(self, reader: Reader) -> Iterator[tuple[tuple[str, str], Any]]:
        for route in self.routes:
            for query in asked(route):
                response = reader.ask("get", route.address, query)
                yield (route.address, str(query)), response
                if response.status_code not in (200, 400):
                    break  # asking for more of it tells nothing else

    # -- what was read

    def allowed(self, reader: Reader, canary: Canary) -> bool:
        own = canary.owner is not None and canary.owner == reader.person
        return own or reader.who in AUDIENCES[canary.kind].may

    def found(self, reader: Reader) -> dict[str, str]:
        """Every word that a reader was shown, with where it was first."""
        found: dict[str, str] = {}
        for where, text in reader.read:
            for word in self.canaries.found(text):
                found.setdefault(word, where)
        return found

    def leaks(self) -> list[tuple[str, Canary, str]]:
        return [
            (reader.who, canary, where)
            for reader in self.readers
            for word, where in self.found(reader).items()
            if not self.allowed(reader, canary := self.canaries.words[word])
        ]

    def hidden(self, reader: Reader, model: type[models.Model]) -> models.Model | None:
        """Return a record of the table that the reader may not see."""
        return next((row for row in model._default_manager.order_by("pk") if not reader.may(row)), None)


class Logged(logging.Handler):
    """Every line that is logged while a request is answered."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture(scope="class")
def crawl(empty_database: None, django_db_setup: Any, django_db_blocker: DjangoDbBlocker) -> Iterator[Crawl]:
    """Crawled once for all tests; what they ask besides is undone, and read too."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Crawl()
        transaction.set_rollback(True)


class TestNoDoorPastThePolicy:
    def test_every_kind_has_words(self, crawl: Crawl) -> None:
        """Or its row of the table would hold by itself."""
        assert {canary.kind for canary in crawl.canaries.words.values()} == set(AUDIENCES)

    def test_a_record_that_is_hidden_answers_as_one_that_does_not_exist(self, crawl: Crawl) -> None:
        compared: dict[str, int] = defaultdict(int)
        for turn, reader in enumerate(crawl.readers):
            missing: dict[tuple[str, str], str] = {}
            for number, route in enumerate(crawl.routes):
                if route.record is None or reader.may(route.record):
                    continue
                # all are asked for with GET, and each in two other ways by a few of the readers
                ways = ["get", WAYS[(turn + number) % len(WAYS)]] if (turn + number) % 3 == 0 else ["get"]
                for way in ways:
                    if (route.name, way) not in missing:
                        missing[route.name, way] = answer(reader, way, route.nowhere, route)
                    found = (
                        told(crawl.pages[reader.who][route.address, str(next(asked(route)))], *keys_of(route))
                        if way == "get"
                        else answer(reader, way, route.address, route)
                    )
                    assert found == missing[route.name, way], (reader.who, way, route.address)
                    compared[reader.who] += 1
        assert set(compared) == set(PERSONAS) and min(compared.values()) > 30

    def test_a_word_that_is_hidden_is_searched_in_vain(self, crawl: Crawl) -> None:
        for reader in crawl.readers:
            hidden = [one for one in crawl.canaries.words.values() if not crawl.allowed(reader, one)]
            # one word of each kind over everything, one of each column in its own list
            asks = {("/search/", one.kind): one.word for one in hidden}
            opened = {address for (address, _query), page in crawl.pages[reader.who].items() if page.status_code == 200}
            asks |= {(address, one.place): one.word for one in hidden if (address := list_of(one)) in opened}
            in_vain: dict[str, str] = {}
            for (address, _what), word in asks.items():
                if address not in in_vain:
                    in_vain[address] = told(reader.ask("get", address, {"q": "zqzzzzzq"}), "zqzzzzzq")
                assert told(reader.ask("get", address, {"q": word}, word), word) == in_vain[address], (
                    reader.who, address, crawl.canaries.words[word],
                )  # fmt: skip

    def test_the_api_filters_by_what_is_hidden_as_by_what_does_not_exist(self, crawl: Crawl) -> None:
        asked_for = 0
        for reader in crawl.readers:
            for route in crawl.routes:
                if not route.name.startswith("api:") or not route.name.endswith("-list"):
                    continue
                for name, model, key in record_filters(route):
                    if (hidden := crawl.hidden(reader, model)) is None:
                        continue
                    keys = str(getattr(hidden, key)), str(nowhere(getattr(hidden, key)))
                    answers = [told(reader.ask("get", route.address, {name: one}), *keys) for one in keys]
                    assert answers[0] == answers[1], (reader.who, route.address, name, hidden)
                    asked_for += 1
        assert asked_for > 20

    def test_a_form_tells_nothing_of_what_it_refuses(self, crawl: Crawl) -> None:
        sent = 0
        for reader in crawl.readers:
            for route, page in forms(crawl, reader):
                fields = FormFields(page.content.decode()).fields
                for wrong in ({}, stale(fields)):
                    reader.ask("post", route.address, wrong)
                    sent += 1
                for name, model in choices(page).items():
                    if (hidden := crawl.hidden(reader, model)) is None:
                        continue
                    keys = str(hidden.pk), str(nowhere(hidden.pk))
                    answers = [told(reader.ask("post", route.address, {**fields, name: one}), *keys) for one in keys]
                    assert answers[0] == answers[1], (reader.who, route.address, name, hidden)
        assert sent > 80

    def test_the_editor_takes_the_code_of_a_hidden_project_as_one_that_does_not_exist(self, crawl: Crawl) -> None:
        draft = Proposal.objects.get(layer="shared", state="draft")
        (_path, row) = list(draft.document.rows())[2]
        for reader in crawl.readers:
            hidden = crawl.hidden(reader, Project)
            page = reader.ask("get", f"/proposals/{draft.reference}/edit/", {"row": str(row.uid)})
            if hidden is None or page.status_code != 200:
                continue
            fields = {"row": str(row.uid), "version": str(draft.row_version), "number": "1", "mechanism_en": "Mine"}
            keys = hidden.code, nowhere(hidden.code)  # type: ignore[attr-defined]
            answers = [
                told(reader.ask("post", f"/proposals/{draft.reference}/edit/save/", {**fields, "project": one}), *keys)
                for one in keys
            ]
            assert answers[0] == answers[1] and "mechanism_en" in answers[0], reader.who

    def test_nothing_that_is_counted_changes_with_what_the_other_side_keeps_to_itself(self, crawl: Crawl) -> None:
        for side, others in (("UZ", SIDES["KR"]), ("KR", SIDES["UZ"])):
            with transaction.atomic():
                grow(crawl.world, side)
                for reader in crawl.readers:
                    if reader.who in others:
                        for address, query, before in same_again(crawl, reader):
                            after = told(reader.ask("get", address, query))
                            assert after == before, (reader.who, address, query)
                transaction.set_rollback(True)

    def test_the_number_of_a_new_proposal_counts_no_hidden_ones(self, crawl: Crawl) -> None:
        for side, other in (("UZ", "kr secretary"), ("KR", "uz secretary")):
            reader = next(one for one in crawl.readers if one.who == other)
            started = []
            for layer in ("shared", other[:2].upper()):
                started.append(reader.ask("post", "/road-maps/RM-01/propose/", {"layer": layer})["Location"])
            with transaction.atomic():
                grow(crawl.world, side)
                for layer in ("shared", other[:2].upper()):
                    started.append(reader.ask("post", "/road-maps/RM-01/propose/", {"layer": layer})["Location"])
                transaction.set_rollback(True)
            assert started[:2] == started[2:], other

    def test_every_mail_tells_its_reader_what_they_may_read(self, crawl: Crawl) -> None:
        letters = [(row.recipient, body_of(row.raw)) for row in Message.objects.exclude(raw=None)]
        by_address = {user.email: user for user in User.objects.all()}
        letters += [
            (by_address[one.to[0]], f"{one.subject} {one.body}") for one in mail.outbox if one.to[0] in by_address
        ]
        assert len(letters) > 6
        who = {reader.person: reader for reader in crawl.readers}
        for person, text in letters:
            for word in crawl.canaries.found(text):
                canary = crawl.canaries.words[word]
                assert side_of(canary.kind) in ("", person.side) and canary.kind != "nobody", (person, canary)
                assert person.pk not in who or crawl.allowed(who[person.pk], canary), (person, canary)

    # the last two are about all that was asked above, too

    def test_nobody_reads_what_is_not_theirs(self, crawl: Crawl) -> None:
        assert crawl.leaks() == []
        lines = "\n".join(crawl.logged.lines)
        assert {crawl.canaries.words[word].kind for word in crawl.canaries.found(lines)} <= {"open"}

    def test_everybody_reads_what_is_theirs(self, crawl: Crawl) -> None:
        """Or the crawl would not have looked."""
        found = {reader.who: crawl.found(reader) for reader in crawl.readers}
        kinds = {who: {crawl.canaries.words[word].kind for word in words} for who, words in found.items()}
        missed = [(who, kind) for kind, one in AUDIENCES.items() for who in one.must if kind not in kinds[who]]
        assert missed == []
        shown = {crawl.canaries.words[word].place for words in found.values() for word in words}
        columns = {canary.place for canary in crawl.canaries.words.values()}
        unread = {place for place in columns - shown if "Historical" not in place}
        assert unread == set(NOBODY_READS)


WAYS: Final = ("post", "head", "htmx", "options", "json", "put", "format", "delete", "patch")


def answer(reader: Reader, way: str, address: str, route: Route) -> str:
    """Ask in one of the ways that there are, and return what was told but for the key."""
    match way:
        case "json":
            response = reader.ask("get", address, Accept="application/json")
        case "format":
            response = reader.ask("get", address, {"format": "json", "lang": "ko"})
        case "htmx":
            response = reader.ask("post", address, {"version": "1"}, **{"HX-Request": "true", "Referer": address})
        case _:
            response = reader.ask(way, address)
    return told(response, *keys_of(route))


def keys_of(route: Route) -> list[str]:
    """The addresses and their keys: those that can stand in an answer by themselves."""
    both = route.address.split("/"), route.nowhere.split("/")
    differing = [part for pair in zip(*both, strict=True) if pair[0] != pair[1] for part in pair]
    return [
        f"{route.address}?whole=",
        route.address,
        route.nowhere,
        *(part for part in differing if not part.isdigit()),
    ]


def list_of(canary: Canary) -> str:
    """The list of the word's own table; empty where there is none."""
    label = canary.place.rpartition(".")[0]
    listed = any(screen.model._meta.label == label for screen in admin.site._registry.values())
    return f"/admin/{label.replace('.', '/').lower()}/" if listed else ""


def record_filters(route: Route) -> Iterator[tuple[str, type[models.Model], str]]:
    filters = resolve(route.address).func.cls.filterset_class  # type: ignore[attr-defined]
    for name, one in filters.base_filters.items() if filters else ():
        if hasattr(one, "table"):
            yield name, one.table, one.key


def forms(crawl: Crawl, reader: Reader) -> Iterator[tuple[Route, Any]]:
    """One page of each kind that has a form which posts to it."""
    seen: set[str] = set()
    for route in crawl.routes:
        page = crawl.pages[reader.who].get((route.address, "{}"))
        if page is None or page.status_code != 200 or route.name in seen:
            continue
        if page.get("Content-Type", "").startswith("text/html") and FormFields(page.content.decode()).fields:
            seen.add(route.name)
            yield route, page


def stale(fields: dict[str, str]) -> dict[str, str]:
    """The form as it was at the record's first version, with every text typed anew."""
    versions = ("based_on", "version")
    return {name: "1" if name in versions else f"{value}1" for name, value in fields.items()}


def choices(page: Any) -> dict[str, type[models.Model]]:
    """The fields of a form that name a record, each with its table."""
    context = page.context or {}
    found: dict[str, type[models.Model]] = (
        {"assignment": Assignment} if "milestones/" in page.request["PATH_INFO"] else {}
    )
    if "adminform" in context:
        for name, field in context["adminform"].form.fields.items():
            if hasattr(field, "queryset"):
                found[name] = field.queryset.model
    return found


def same_again(crawl: Crawl, reader: Reader) -> Iterator[tuple[str, dict[str, str], str]]:
    """One page of each kind that opened, with what it said; those of signing in tell of oneself alone."""
    seen: set[tuple[str, str]] = set()
    for route in crawl.routes:
        if route.address.startswith("/accounts/") or route.name.endswith(("_history", "-detail")):
            continue
        for query in asked(route):
            if {"o", "row"} & query.keys():  # the same list again, the same draft
                continue
            page = crawl.pages[reader.who].get((route.address, str(query)))
            if page is not None and page.status_code == 200 and (route.name, str(query)) not in seen:
                seen.add((route.name, str(query)))
                yield route.address, query, told(page)


def grow(world: World, side: str) -> None:
    """One more of everything that a side keeps to itself."""
    world.private(side)
    code = {"UZ": "minenergy", "KR": "kepco"}[side]
    newcomer = world.member("officer", code, name=f"newcomer {side}")
    world.credentials(newcomer)
    world.account(code)
    sweep(timezone.now())


def body_of(raw: Any) -> str:
    letter = message_from_bytes(bytes(raw), policy=policy.default)
    return " ".join(
        [str(letter["Subject"]), *(str(part.get_content()) for part in letter.walk() if not part.is_multipart())]
    )
