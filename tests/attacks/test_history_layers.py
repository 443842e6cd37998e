"""What one side drafted on its own layer stays there once the draft is shared and published."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from accounts.models import Organisation, User
from accounts.policy.history import history_of
from accounts.web.history import entries
from audit.services import save_audited
from common.text import Text
from roadmaps.document.content import RoadMapContent
from roadmaps.models import Proposal
from tests.scenarios.editor import Editor
from tests.scenarios.people import actor_for, person, seat
from tests.scenarios.signing import Group

pytestmark = pytest.mark.django_db

ENERGY = "/proposals/RM-07.P1/"
SECRETS = ("Qizil chiziq", "Sotib olamiz")
PUBLIC = "As both sides read it"


def with_mechanism(content: RoadMapContent, text: str) -> RoadMapContent:
    (section,) = content.sections
    (measure,) = section.measures
    (step,) = measure.milestones
    measure = replace(measure, milestones=(replace(step, mechanism=Text.of(text)),))
    return replace(content, sections=(replace(section, measures=(measure,)),))


class Drafted:
    """A proposal that Uzbekistan drafted on its own layer in two texts, changed, shared and published."""

    def __init__(self) -> None:
        self.group = Group()
        self.uz, self.kr = self.group.secretary, seat("secretary", "KR", "energy")
        proposal, act = self.group.proposal, actor_for(self.uz).act
        proposal.author = Organisation.objects.get(code="minenergy")
        for layer, text in (*(("UZ", text) for text in SECRETS), ("shared", PUBLIC)):
            proposal.layer, proposal.content = layer, with_mechanism(proposal.document, text).to_json()
            proposal.reason = Text.of(text)
            save_audited(proposal, act=act)
        self.group.publish()
        self.newest = self.group.proposal.row_version

    def rows(self) -> Iterator[UUID | str]:
        yield "head"
        for _path, row in self.group.proposal.document.rows():
            yield row.uid


@pytest.fixture
def drafted(programme: None) -> Drafted:
    return Drafted()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read(response: Any) -> str:
    """Everything that an answer says: its page, its headers."""
    return f"{response.content.decode()} {dict(response.headers)}"


def leaked(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def test_an_edit_based_on_a_private_text_shows_nothing_of_it(drafted: Drafted) -> None:
    """Every row is sent as if it had been opened at each version there was, as typed and with the other's text kept."""
    drafted.group.reopen()
    editor, refused = Editor(drafted.kr), 0
    for version in range(drafted.newest + 2):
        for row in list(drafted.rows()):
            editor.open(row)
            typed = {"version": str(version), "mechanism_en": f"Mine {version}", "reason_en": f"Mine {version}"}
            editor.send([(name, typed.get(name, value)) for name, value in editor.fields])
            assert editor.response.status_code < 500 and not leaked(read(editor.response)), (version, row)
            if editor.response.status_code == 409:
                refused += 1
                editor.save({"version": str(version), "keep-mechanism": "theirs", "keep-reason": "theirs"})
                assert not leaked(read(editor.response)), (version, row)
            if row != "head":
                assert not leaked(read(editor.act(f"restore:{row}", version=version))), (version, row)
    assert refused and not leaked(str(drafted.group.proposal.content))


def test_a_published_text_takes_no_edit_and_gives_none_away(drafted: Drafted) -> None:
    client, content = client_of(drafted.kr), drafted.group.proposal.content
    for version in range(drafted.newest + 1):
        for row in drafted.rows():
            sent = {"version": str(version), "row": str(row), "act": f"restore:{row}", "mechanism_en": "Mine"}
            for address in ("edit/save/", "edit/act/", "reopen/?version=1"):
                response = client.get(ENERGY + address) if "?" in address else client.post(ENERGY + address, sent)
                assert response.status_code < 500 and not leaked(read(response)), (address, sent)
    assert drafted.group.proposal.content == content


def test_no_other_page_shows_what_was_private(drafted: Drafted) -> None:
    for user in (drafted.kr, person("auditor", "motie"), person("officer", "motie"), drafted.group.chairs["KR"]):
        client = client_of(user)
        for address in (
            ENERGY,
            f"{ENERGY}revisions/1/",
            f"{ENERGY}reopen/",
            "/proposals/",
            "/road-maps/RM-07/",
            "/",
            "/areas/energy/",
            *(f"/search/?q={secret}" for secret in ("Qizil", "Sotib")),
            *(f"{ENERGY}?version={version}" for version in range(1, drafted.newest + 1)),
        ):
            response = client.get(address)
            assert response.status_code < 500 and not leaked(read(response)), address


def test_history_keeps_the_layer_of_each_moment(drafted: Drafted) -> None:
    proposal = Proposal.objects.get(pk=drafted.group.proposal.pk)
    auditor = {"UZ": actor_for(person("auditor", "miit")), "KR": actor_for(person("auditor", "motie"))}
    layers = {side: [row.history_layer for row in history_of(actor, proposal)] for side, actor in auditor.items()}
    assert layers["UZ"].count("UZ") == 2 and "UZ" not in layers["KR"] and "shared" in layers["KR"]
    assert not leaked(str(entries(proposal, auditor["KR"])))
    assert leaked(str([row.content for row in history_of(auditor["UZ"], proposal)])) == list(SECRETS)
