"""Nobody signs what they do not see: older texts with hidden characters are shown as they are, and not signed."""

from dataclasses import replace

import pytest

from common.errors import sentence
from common.text import Text
from desk.proposals.diff_formatting import text_diff
from desk.proposals.formatting import difference
from roadmaps.document.content import RoadMapContent
from roadmaps.document.hashing import content_hash
from roadmaps.document.read import read_content
from roadmaps.models import Signature
from roadmaps.services import IllegalMove, NotPublishable, proposals
from tests.scenarios.signing import Group

OVERRIDE = "10\u202e001\u202c t"
HIDDEN = (OVERRIDE, "\u3164", "hy\u200bdro", "—")


def with_title(content: RoadMapContent, words: str) -> RoadMapContent:
    section, *rest = content.sections
    return replace(content, sections=(replace(section, title=Text.of(words)), *rest))


@pytest.mark.django_db
@pytest.mark.parametrize("words", HIDDEN)
def test_a_text_that_hides_something_is_neither_published_nor_signed(
    words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = Group()
    group.edit(lambda content: with_title(content, words))
    with pytest.raises(NotPublishable) as refusal:
        group.publish()
    (problem,) = refusal.value.problems
    assert problem.path == "sections[0].title"
    assert "hidden character" in sentence(problem) or "no letter" in sentence(problem)
    with monkeypatch.context() as patch:  # as one that was published before the gate was there
        patch.setattr(proposals, "hindrances", lambda *_args: ())
        published = group.publish()
    for side in ("UZ", "KR"):
        with pytest.raises(IllegalMove, match="cannot_come_into_force"):
            group.sign(published, side)
    assert not Signature.objects.exists()


@pytest.mark.parametrize("words", HIDDEN)
def test_the_gate_acts_on_entry_and_no_signed_byte_changes(words: str) -> None:
    content = with_title(RoadMapContent(read_content(DOCUMENT).sections), words)
    assert read_content(content.to_json()) == content
    assert content.to_json()["sections"][0]["title"]["texts"]["en"] == words
    assert content_hash("RM-07", None, read_content(content.to_json()), None) == content_hash(
        "RM-07", None, content, None
    )


def test_a_difference_shows_what_an_older_text_hides() -> None:
    diff = text_diff(Text.of("10001 t"), Text.of(OVERRIDE))
    (line,) = diff.after
    shown = difference(line)
    assert 'title="U+202E RIGHT-TO-LEFT OVERRIDE">U+202E</span>' in shown
    assert 'title="U+202C POP DIRECTIONAL FORMATTING">U+202C</span>' in shown
    assert "\u202e" not in shown
    blanks = text_diff(Text.of("1 t"), Text.of("1\u00a0t"))
    assert "U+00A0" in difference(blanks.after[0])


DOCUMENT = {
    "note": None,
    "sections": [
        {
            "uid": "00000000-0000-4000-8000-000000000001",
            "title": {"original": "en", "texts": {"en": "Power"}},
            "measures": [],
        }
    ],
}
