"""The page of a proposal: what would change, who signs it and how, and what is refused, in a sentence on it."""

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from fido2.utils import websafe_decode

from accounts.demo.software_passkey import SoftwarePasskey
from accounts.models import Organisation, User
from accounts.signin.keys import fingerprint, in_groups
from audit.models import Event
from audit.services import save_audited
from common.deadlines import Deadline, Precision
from common.language import LANGUAGES
from common.text import Text
from roadmaps.document.content import ExecutorContent, ExecutorRole, MeasureContent, MilestoneContent, RoadMapContent
from roadmaps.document.extract import extract
from roadmaps.models import Proposal, ProposalState, Refusal, RoadMap, RoadMapVersion, Signature
from roadmaps.services import reopen_proposal, save_content, start_proposal
from tests.scenarios.growth import grow
from tests.scenarios.pages import html_of
from tests.scenarios.people import actor_for, draft_of, person, seat

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

PAGE = "/proposals/RM-07.P1/"
NEXT = "/proposals/RM-07.P2/"
SAVED = "Buildings chosen in three regions"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


class Room:
    """The energy group at its screens: a secretary, and both co-chairs with a passkey each."""

    def __init__(self) -> None:
        self.people = {side: seat("co_chair", side, "energy") for side in ("UZ", "KR")}
        self.people["secretary"] = seat("secretary", "UZ", "energy")
        self.clients = {name: signed_in(user) for name, user in self.people.items()}
        self.keys = {side: SoftwarePasskey.make(rp_id=settings.RP_ID, origin=settings.ORIGIN) for side in ("UZ", "KR")}
        for side, key in self.keys.items():
            key.enrol(self.people[side], now=timezone.now())

    def get(self, who: str, address: str = PAGE) -> str:
        response = self.clients[who].get(address)
        assert response.status_code == 200
        return words_of(response)

    def post(self, who: str, address: str, **data: Any) -> Any:
        return self.clients[who].post(address, data)

    def publish(self, page: str = PAGE) -> Any:
        return self.post("secretary", f"{page}publish/", based_on=self.proposal.row_version)

    def ask(self, side: str, page: str = PAGE, revision: int = 1) -> str:
        """The passkey's answer to what the server asks it to sign."""
        address = f"{page}revisions/{revision}/sign/"
        options = self.clients[side].get(address, headers={"accept": "application/json"}).json()["request_options"]
        assert options["publicKey"]["userVerification"] == "required"
        return json.dumps(self.keys[side].answer(websafe_decode(options["publicKey"]["challenge"])))

    def sign(self, side: str, page: str = PAGE, revision: int = 1) -> Any:
        answer = self.ask(side, page, revision)
        return self.post(side, f"{page}revisions/{revision}/sign/", credential=answer)

    @property
    def proposal(self) -> Proposal:
        return Proposal.objects.filter(road_map__reference="RM-07").order_by("-pk")[0]

    def edit(self, change: Callable[[RoadMapContent], RoadMapContent], reason: str = "As agreed in Tashkent.") -> None:
        """Save a change; a published proposal is reopened for it first."""
        proposal, by = self.proposal, actor_for(self.people["secretary"])
        if proposal.state == ProposalState.PUBLISHED:
            proposal = reopen_proposal(proposal=proposal, by=by, now=timezone.now())
        content, based_on = change(proposal.document), proposal.row_version
        save_content(proposal=proposal, content=content, reason=Text.of(reason), based_on=based_on, by=by)

    def adopt(self, change: Callable[[RoadMapContent], RoadMapContent]) -> None:
        """Version 1 with the change, and the draft of the second."""
        self.edit(change)
        self.publish()
        assert self.sign("UZ").status_code == self.sign("KR").status_code == 302
        road_map = RoadMap.objects.get(reference="RM-07")
        start_proposal(road_map=road_map, layer="shared", author=None, by=actor_for(self.people["secretary"]))


@pytest.fixture
def room() -> Room:
    return Room()


def words_of(response: Any) -> str:
    """What a person reads, marks of words struck and added left in."""
    text = re.sub(r"</?(?!del\b|ins\b|h1\b)[a-z][^>]*>", "", response.content.decode())
    return " ".join(html.unescape(text).split())


def first_step(**changes: Any) -> Callable[[RoadMapContent], RoadMapContent]:
    def change(content: RoadMapContent) -> RoadMapContent:
        section = content.sections[0]
        measure = section.measures[0]
        steps = (replace(measure.milestones[0], **changes), *measure.milestones[1:])
        measures = (replace(measure, milestones=steps), *section.measures[1:])
        return replace(content, sections=(replace(section, measures=measures), *content.sections[1:]))

    return change


def with_measure(content: RoadMapContent) -> RoadMapContent:
    """A second measure, in which the Ministry of Economy and Finance takes part."""
    executors = (ExecutorContent("minenergy", ExecutorRole.LEAD), ExecutorContent("mef", ExecutorRole.CO_EXECUTOR))
    step = MilestoneContent(uuid4(), 1, Text.of(SAVED), Deadline(date(2027, 3, 31), Precision.QUARTER), executors)
    measure = MeasureContent(uuid4(), 2, Text.of("Save energy in buildings"), milestones=(step,))
    section = content.sections[0]
    return replace(content, sections=(replace(section, measures=(*section.measures, measure)),))


# the way to version 1


def test_both_co_chairs_read_and_sign_and_version_1_is_in_force(room: Room) -> None:
    draft = room.get("secretary")
    assert "A draft of the first version, with 1 milestone." in draft and "Version 1: all rows are new" in draft
    assert room.publish().status_code == 302
    before = room.get("UZ")
    assert "If both sides sign, the road map “Modern and safe energy” comes into force as version 1." in before
    assert "Sign for the Republic of Uzbekistan" in before and "Sign with my passkey" in before
    assert room.sign("UZ").status_code == 302
    half = room.get("KR")
    assert "If you sign, the road map “Modern and safe energy” comes into force as version 1, at once." in half
    assert "The Uzbek side has signed." in half and "with the passkey “Sample passkey”" in half
    assert "in Tashkent (" in half and not RoadMapVersion.objects.exists()
    room.sign("KR")
    after = room.get("UZ")
    assert "In force as version 1 since" in after and "version 1 is in force." not in after
    assert "Both sides have signed: version 1 is in force." in room.get("KR")
    assert RoadMapVersion.objects.get().revision.reference == "RM-07.P1.R1"


def test_an_amendment_shows_before_and_after_word_by_word(room: Room) -> None:
    june = Deadline(date(2027, 6, 30), Precision.MONTH)
    room.adopt(first_step(mechanism=Text.of("Joint study", ru="Исследование"), deadline=june))
    executors = (ExecutorContent("minenergy", ExecutorRole.LEAD), ExecutorContent("edcf", ExecutorRole.CO_EXECUTOR))
    room.edit(
        first_step(
            mechanism=Text.of("Joint study of the site", ru="Совместное исследование"),
            deadline=Deadline(date(2027, 12, 31), Precision.HALF),
            executors=executors,
        )
    )
    text = room.get("KR", NEXT)
    assert "A draft with 3 changes to the road map “Modern and safe energy”." in text
    assert "Joint study<ins> of the site</ins>" in text and "РУ" in text
    assert "<del>June 2027</del>" in text and "<ins>II half 2027</ins>" in text
    assert "184 days later; first agreed: June 2027" in text
    assert "<ins>KR EDCF</ins>" in text.replace("\xa0", " ") and "1 organisation added, 1 organisation removed" in text
    room.publish(NEXT)
    room.sign("KR", NEXT)
    assert "If you sign, 3 things change in the road map" in room.get("UZ", NEXT)
    assert "With the second signature, 3 things change" in room.get("secretary", NEXT)
    assert "If you sign" not in room.get("secretary", NEXT)


def test_an_edit_voids_the_key_and_its_name_stays(room: Room) -> None:
    room.publish()
    room.sign("UZ")
    room.edit(first_step(deadline=Deadline(date(2027, 6, 30), Precision.DAY)))
    room.publish()
    name = room.people["UZ"].name
    assert f"{name} had signed it on" in room.get("KR")
    old = room.get("KR", f"{PAGE}revisions/1/")
    assert "This revision is void" in old and "Sign with my passkey" not in old
    refused = room.sign("KR", revision=1)
    assert refused.status_code == 409 and "edited after publication" in words_of(refused)


def test_in_every_language_one_heading_and_one_filled_button_at_most(room: Room) -> None:
    room.adopt(first_step(deadline=Deadline(date(2027, 6, 30), Precision.DAY)))
    room.edit(with_measure)
    addresses = ("/proposals/", PAGE, NEXT, f"{NEXT}?whole=1", f"{PAGE}revisions/1/", "/signing-keys/")
    for published in (False, True):
        if published:
            room.publish(NEXT)
        for language in LANGUAGES:
            for who, user in room.people.items():
                User.objects.filter(pk=user.pk).update(language=language)
                for address in addresses:
                    page = html_of(room.clients[who].get(address))
                    assert page.count("<h1") == 1 and page.count("button default") <= 1, (who, address)
                    assert "style=" not in page and not re.search(r"<script(?![^>]*(src=|json))", page)


# refused


def test_a_second_post_of_the_same_answer_turns_nothing(room: Room) -> None:
    room.publish()
    answer = room.ask("UZ")
    room.post("UZ", f"{PAGE}revisions/1/sign/", credential=answer)
    room.post("UZ", f"{PAGE}revisions/1/withdraw-key/")
    again = room.post("UZ", f"{PAGE}revisions/1/sign/", credential=answer)
    assert again.status_code == 400 and "Press the button again." in words_of(again)
    assert not Signature.objects.filter(withdrawn_at=None).exists() and Signature.objects.count() == 1
    event = Event.objects.get(kind="signature refused")
    assert (event.subject, event.layer) == ("RM-07.P1.R1", "UZ") and event.detail["reason"] == "signing.not_requested"


def test_an_answer_to_another_revision_or_none_or_nonsense_is_a_sentence(room: Room) -> None:
    room.publish()
    answer = room.ask("UZ")
    room.edit(first_step(deadline=Deadline(date(2027, 6, 30), Precision.DAY)))
    room.publish()
    for posted in (answer, "", "{", "[" * 100_000, "null", '{"id": 3}'):
        response = room.post("UZ", f"{PAGE}revisions/2/sign/", credential=posted)
        assert response.status_code == 400 and response.content.decode().startswith("<!DOCTYPE html>")
        assert "<title>Error:" in html_of(response)
        room.ask("UZ", revision=2)
    assert not Signature.objects.exists() and Event.objects.filter(kind="signature refused").count() == 6


def test_who_may_not_is_told_who_can(room: Room) -> None:
    room.publish()
    for user in (person("head", "motie"), seat("secretary", "KR", "energy")):
        client = signed_in(user)
        for act in ("sign", "refuse", "withdraw-key"):
            response = client.post(f"{PAGE}revisions/1/{act}/", {"reason": "No."})
            text = words_of(response)
            assert response.status_code == 403 and "Only a co-chair can" in text
            assert all(room.people[side].name in text for side in ("UZ", "KR"))
        asked = client.get(f"{PAGE}revisions/1/sign/", headers={"accept": "application/json"})
        assert asked.status_code == 403
    assert signed_in(person("head", "motie")).post(f"{PAGE}withdraw/").status_code == 403
    assert not Signature.objects.exists() and not Refusal.objects.exists()


def test_without_a_passkey_the_page_leads_to_one(room: Room) -> None:
    room.publish()
    chair = seat("co_chair", "UZ", "health")
    page = signed_in(chair).get("/proposals/RM-09.P1/")
    assert page.status_code == 200
    secretary = seat("secretary", "KR", "health")
    health = Proposal.objects.get(road_map__reference="RM-09")
    signed_in(secretary).post("/proposals/RM-09.P1/publish/", {"based_on": health.row_version})
    text = html_of(signed_in(chair).get("/proposals/RM-09.P1/"))
    assert "/accounts/2fa/webauthn/add/?next=/proposals/RM-09.P1/%23sign" in text and "sign-button" not in text
    address = "/proposals/RM-09.P1/revisions/1/sign/"
    asked = signed_in(chair).get(address, headers={"accept": "application/json"})
    assert asked.status_code == 400 and "no passkey yet" in asked.json()["refused"]


def test_a_refusal_has_a_reason_and_what_was_typed_is_not_lost(room: Room) -> None:
    room.publish()
    empty = room.post("KR", f"{PAGE}revisions/1/refuse/", reason="  ")
    assert empty.status_code == 409 and "Give a reason" in words_of(empty)
    long = room.post("KR", f"{PAGE}revisions/1/refuse/", reason="Too late. " * 500)
    assert long.status_code == 409 and "Too late. " * 500 in long.content.decode()
    assert room.post("KR", f"{PAGE}revisions/1/refuse/", reason="The date is too late.").status_code == 302
    text = room.get("UZ")
    assert "The Korean side has refused it." in text and "The date is too late." in text
    assert "Sign with my passkey" not in text
    assert room.sign("UZ").status_code == 409


def test_a_key_is_turned_back_by_its_own_side_only(room: Room) -> None:
    room.publish()
    room.sign("UZ")
    other = room.post("KR", f"{PAGE}revisions/1/withdraw-key/")
    assert other.status_code == 409 and Signature.objects.get().withdrawn_at is None
    assert room.post("UZ", f"{PAGE}revisions/1/withdraw-key/").status_code == 302
    assert "withdrew the signature" in room.get("KR") and Signature.objects.get().withdrawn_at


def test_only_what_was_read_is_published_and_what_cannot_be_says_where(room: Room) -> None:
    stale = room.proposal.row_version
    room.edit(first_step(executors=()))
    old = room.post("secretary", f"{PAGE}publish/", based_on=stale)
    assert old.status_code == 409 and "changed since you opened this page" in words_of(old)
    wrong = room.publish()
    assert wrong.status_code == 400 and "1.1: A milestone needs a lead." in words_of(wrong)
    for based_on in ("", "x", "9" * 30):
        assert room.post("secretary", f"{PAGE}publish/", based_on=based_on).status_code == 409
    refused = signed_in(person("officer", "minenergy")).post(f"{PAGE}publish/", {"based_on": "1"})
    assert refused.status_code == 403 and room.people["secretary"].name in words_of(refused)
    assert room.proposal.state == ProposalState.DRAFT


def test_a_secretary_withdraws_it_for_good(room: Room) -> None:
    room.publish()
    assert room.post("secretary", f"{PAGE}withdraw/").status_code == 302
    assert "Withdrawn. It is not in force" in room.get("UZ")
    assert room.post("secretary", f"{PAGE}withdraw/").status_code == 409


def test_opening_the_address_of_an_act_leads_to_the_page(room: Room) -> None:
    room.publish()
    for act in ("publish/", "withdraw/", "revisions/1/sign/", "revisions/1/refuse/", "revisions/1/withdraw-key/"):
        assert room.clients["UZ"].get(f"{PAGE}{act}")["Location"] == PAGE
        assert "/accounts/login/" in Client().post(f"{PAGE}{act}")["Location"]


# who sees what


def test_the_other_side_never_sees_a_private_draft(room: Room) -> None:
    draft = draft_of("minenergy", "energy")
    own = f"/proposals/{draft.reference}/"
    assert draft.reference == "RM-07.UZ2" and draft.reference in room.get("UZ", "/proposals/")
    assert draft.reference not in room.get("KR", "/proposals/")
    for address in (own, f"{own}publish/", f"{own}withdraw/", f"{own}revisions/1/sign/"):
        assert room.clients["KR"].get(own).status_code == 404
        assert room.clients["KR"].post(address).status_code in (404, 405)
    assert "Visible to: Only Uzbekistan" in room.get("UZ", own)


def test_a_draft_gets_the_next_number_of_both_sides_when_it_is_published(room: Room) -> None:
    """And keeps its address for those who have it open; nobody can tell how many drafts the other side keeps."""
    uz = actor_for(room.people["secretary"])
    road_map, content, lead = room.proposal.road_map, room.proposal.content, Organisation.objects.get(code="minenergy")
    first, second = (start_proposal(road_map=road_map, layer="UZ", author=lead, by=uz) for _draft in range(2))
    kr = actor_for(seat("secretary", "KR", "energy"))
    theirs = start_proposal(road_map=road_map, layer="KR", author=None, by=kr)
    assert [one.reference for one in (first, second, theirs)] == ["RM-07.UZ1", "RM-07.UZ2", "RM-07.KR1"]
    second.content = content
    save_audited(second, act=uz.act)
    posted = room.post("secretary", "/proposals/RM-07.UZ2/publish/", based_on=str(second.row_version))
    assert posted.status_code == 302, words_of(posted)
    assert posted["Location"] == "/proposals/RM-07.P2/"
    second.refresh_from_db()
    assert second.revisions.get().reference == "RM-07.P2.R1"
    old = "/proposals/RM-07.UZ2/"
    assert room.clients["UZ"].get(old).status_code == 200 and room.clients["KR"].get(old).status_code == 404
    assert room.clients["KR"].get("/proposals/RM-07.P2/").status_code == 200
    # a number that was published is not given twice
    third = start_proposal(road_map=road_map, layer="UZ", author=lead, by=uz)
    assert third.reference == "RM-07.UZ3"
    assert "drafted_as" not in {field.name for field in Proposal.history.model.tracked_fields}


@pytest.mark.parametrize("reference", ["RM-07.P9", "RM-07", "RM-07.P01", "RM-07.P" + "9" * 40, "x\x00", "RM-07.P1.R1"])
def test_a_reference_that_is_none_is_not_found(room: Room, reference: str) -> None:
    assert room.clients["UZ"].get(f"/proposals/{reference}/").status_code == 404
    assert room.clients["UZ"].get(f"{PAGE}revisions/{'9' * 30}/").status_code == 404


def test_an_organisation_that_is_only_named_sees_the_rows_that_name_it(room: Room) -> None:
    party = signed_in(person("officer", "mef"))
    room.edit(with_measure)
    assert party.get(PAGE).status_code == 404
    room.publish()
    text = words_of(party.get(PAGE))
    assert SAVED in text and "Save energy in buildings" in text and "the rows that name your organisation" in text
    mechanism = room.proposal.document.sections[0].measures[0].milestones[0].mechanism
    assert str(mechanism) in room.get("KR") and str(mechanism) not in text
    room.sign("UZ")
    room.sign("KR")
    road_map = RoadMap.objects.get(reference="RM-07")
    start_proposal(road_map=road_map, layer="shared", author=None, by=actor_for(room.people["secretary"]))
    room.edit(first_step(mechanism=Text.of("Something secret")))
    room.publish(NEXT)
    other = words_of(party.get(f"{NEXT}?whole=1"))
    assert "Something secret" not in other and "As agreed in Tashkent." not in other
    assert "0 things change in the rows that name your organisation" in other and SAVED in other
    assert "Something secret" in room.get("KR", NEXT) and "As agreed in Tashkent." in room.get("KR", NEXT)


def test_an_extract_keeps_rows_whole_and_nothing_that_names_others(room: Room) -> None:
    content = with_measure(replace(room.proposal.document, note=Text.of("Of the whole.")))
    part = extract(content, {"mef"})
    assert [measure.number for _section, measure in part.measures()] == [2] and part.note is None
    assert part.sections[0].measures[0] == content.sections[0].measures[1]
    assert extract(content, {"edcf"}) == RoadMapContent() == extract(RoadMapContent(), {"mef"})
    assert extract(content, {"minenergy"}).sections == content.sections
    funded = replace(content.sections[0].measures[1], funding_organisation="edcf")
    section = replace(content.sections[0], measures=(funded,))
    assert extract(replace(content, sections=(section,)), {"edcf"}).sections[0].measures == (
        replace(funded, milestones=()),
    )


def test_the_list_costs_the_same_for_many(room: Room) -> None:
    client = signed_in(person("reader", "miit"))

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/proposals/").status_code == 200
        return len(queries)

    count()
    before = count()
    grow(range(20))
    assert count() == before


def test_a_page_costs_the_same_for_many_rows(room: Room) -> None:
    room.adopt(first_step(deadline=Deadline(date(2027, 6, 30), Precision.DAY)))

    def count() -> int:
        room.edit(with_measure)
        with CaptureQueriesContext(connection) as queries:
            assert room.clients["KR"].get(f"{NEXT}?whole=1").status_code == 200
        return len(queries)

    count()
    before = count()
    for _time in range(10):
        room.edit(with_measure)
    assert count() == before <= 40


# keys


def test_my_signing_keys_are_mine_and_as_the_auditor_needs_them(room: Room) -> None:
    text = room.get("UZ", "/signing-keys/")
    der = room.keys["UZ"].key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert in_groups(fingerprint(der)) in text and "ES256" in text and "On one device only" in text
    link = re.search(r'href="(/signing-keys/\d+\.pem)"', room.clients["UZ"].get("/signing-keys/").content.decode())
    assert link
    answer = room.clients["UZ"].get(link[1])
    pem = load_pem_public_key(answer.content)
    assert pem.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == der
    assert room.clients["KR"].get(link[1]).status_code == 404
    assert "You have no passkey yet." in room.get("secretary", "/signing-keys/")
