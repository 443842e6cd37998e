"""A search compares what was typed with what is stored by one rule, the same in Python, SQLite and PostgreSQL."""

from datetime import date
from typing import Any

import pytest
from django.db.models import TextField, Value
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from common.text import Folded, fold
from roadmaps.models import Milestone
from tests.scenarios.people import person, seat
from tests.scenarios.signing import Group, due

ALIKE = [
    ("Qishloq xo'jaligi", "qishloq xoʻjaligi", "QISHLOQ XO`JALIGI", "qishloq xo‘jaligi", "қишлоқ хўжалиги"),
    ("yo'l xaritasi", "йўл харитаси", "Yoʻl\u00a0 Xaritasi", "ЙЎЛ  ХАРИТАСИ"),
    ("gʻalaba maʼno", "ғалаба маъно", "g'alaba ma’no"),
    ("Yosh olimlar", "ёш олимлар", "еш олимлар"),
    ("Yevropa", "Европа", "европа"),
    ("militsiya", "милиция"),
    ("Elektr energiyasi", "электр энергияси"),
    ("самолёт", "самолет", "САМОЛЁТ"),
    ("«Узхимпром»", '"узхимпром"', "“Узхимпром”", "„Узхимпром‟"),
    ("hydro power", "hy\u00addro\u200b\u3000power", "ｈｙｄｒｏ　ＰＯＷＥＲ", "HYDRO\tpower"),
    ("№ 5 m²", "No 5 m2"),
    ("에너지", "에너지"),
    ("İstanbul", "istanbul"),
]
LETTERS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], max_codepoint=0x052F)
    | st.sampled_from("oʻgʼ'‘’«»“”чшщюяўғъьёеэ ts yo ye 에너지핵심 Ｈ½ﬁ№")
)


@pytest.mark.parametrize("spellings", ALIKE)
def test_spellings_of_one_thing_are_found_by_each_other(spellings: tuple[str, ...]) -> None:
    assert len({fold(spelling) for spelling in spellings}) == 1, [fold(spelling) for spelling in spellings]


def test_different_things_stay_apart() -> None:
    for one, other in (("oʻt", "ot"), ("yoʻl", "el"), ("tosh", "tos"), ("ma'no", "mano")):
        assert fold(one) != fold(other)


@pytest.mark.django_db
class TestDatabase:
    @pytest.mark.parametrize("text", [spelling for spellings in ALIKE for spelling in spellings])
    def test_the_database_folds_as_python_does(self, text: str) -> None:
        assert _by_the_database([text]) == [fold(text)]

    @given(st.lists(LETTERS, min_size=1, max_size=20))
    def test_it_folds_any_text_so(self, texts: list[str]) -> None:
        assert _by_the_database(texts) == [fold(text) for text in texts]


def _by_the_database(texts: list[str]) -> list[str]:
    from django.contrib.contenttypes.models import ContentType

    named = {f"t{n}": Folded(Value(text, output_field=TextField())) for n, text in enumerate(texts)}
    row: Any = ContentType.objects.annotate(**named).values_list(*named)[0]
    return list(row)


def found(user: User, query: str) -> dict[str, set[str]]:
    client = Client()
    client.force_login(user)
    context = client.get("/search/", {"q": query}).context
    return {group.kind.name: {hit.address for hit in group.hits} for group in context.get("found", ())}


@pytest.mark.django_db
def test_it_finds_milestones_measures_proposals_meetings_and_people() -> None:
    group = Group()
    group.edit(due(date(2027, 6, 30)))
    group.adopt()
    milestone = Milestone.objects.select_related("measure").get()
    chair = group.chairs["KR"]
    words = str(milestone.mechanism).split()[0]
    reader = person("reader", "miit")
    assert f"/milestones/{milestone.uid}/" in found(reader, words)["milestone"]
    assert found(reader, str(milestone.measure.title))["measure"] == {
        f"/road-maps/RM-07/#measure-{milestone.measure.number}"
    }
    assert found(reader, "rm-07.p1") == {"proposal": {"/proposals/RM-07.P1/"}}
    assert found(reader, "summit")["meeting"]
    assert found(reader, chair.name)["person"] == {"/areas/energy/"}


@pytest.mark.django_db
def test_it_finds_people_only_where_they_are_read_by_name() -> None:
    theirs, ours = person("officer", "motie"), person("officer", "minenergy")
    chair = seat("co_chair", "KR", "energy")
    assert "person" not in found(ours, theirs.name)
    assert found(ours, chair.name)["person"] == {"/areas/energy/"}
    administrator = person("administrator", "minenergy")
    assert f"/admin/accounts/user/{ours.pk}/change/" in found(administrator, ours.name)["person"]
    assert "person" not in found(administrator, theirs.email)
