"""The gate for texts, by the categories of Unicode: what it keeps is what people see."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import InvalidValue, sentence
from common.text import first_hidden, has_words, typed, visible_pieces
from common.text.gate import name_of
from tests.inputs.table import ALL, DROPPED, FILLERS, INPUTS, JOINERS, LINE_ENDS, REFUSED_CATEGORIES


def kept(text: str, *, multiline: bool = False) -> str | None:
    """Return what is kept of a text, None where it is refused."""
    try:
        return typed(text, multiline=multiline)
    except InvalidValue:
        return None


@pytest.mark.parametrize("category", REFUSED_CATEGORIES)
def test_a_character_that_nobody_sees_is_refused_by_name_and_place(category: str) -> None:
    allowed = {*DROPPED, *LINE_ENDS, *JOINERS, "\t"}
    for letter in ALL[category][:: 1 if category != "Co" else 997]:
        if letter not in allowed:
            with pytest.raises(InvalidValue) as refusal:
                typed(f"the hydro{letter}power")
            assert refusal.value.params == {"character": name_of(letter), "after": "hydro"}
            assert f"U+{ord(letter):04X}" in sentence(refusal.value)


def test_fillers_noncharacters_and_what_is_reserved_for_hidden_ones_are_refused() -> None:
    nonchars = [chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF)]
    for letter in (*FILLERS, *nonchars, *map(chr, range(0xFDD0, 0xFDF0)), *map(chr, range(0xE0000, 0xE1000))):
        assert kept(f"hy{letter}dro") is None, name_of(letter)


def test_every_blank_is_a_blank_and_a_run_of_them_one() -> None:
    for letter in (*ALL["Zs"], "\t"):
        assert kept(f"{letter}hydro{letter} {letter}power{letter}") == "hydro power"


def test_line_ends_stay_in_a_text_of_several_lines_only() -> None:
    for end in LINE_ENDS:
        assert kept(f"hydro {end} power", multiline=True) == "hydro\npower"
        assert kept(f"hydro {end} power") == "hydro power"


def test_what_a_word_processor_leaves_behind_is_dropped() -> None:
    assert kept("".join(f"hy{letter}dro" for letter in DROPPED)) == "hydro" * len(DROPPED)
    assert kept(DROPPED) == ""


def test_joiners_stay_where_a_language_needs_them() -> None:
    for text in (
        "می\u200cخواهم",
        "क्\u200dष",
        "a 👨\u200d👩\u200d👧",
        "a ❤\ufe0f\u200d🔥",
        "1\ufe0f\u20e3 a",
        "a 👩🏽\u200d🚀",
    ):
        assert kept(text) == text
    for text in ("hy\u200ddro", "전\u200c력", "ги\u200cдро", "a \u200d👩", "hydro\ufe0f", "1\ufe0f"):
        assert kept(text) is None


def test_a_flag_that_is_spelt_with_hidden_letters_is_one_of_three() -> None:
    tags = "".join(chr(0xE0000 + ord(letter)) for letter in "gbsct")
    assert kept(f"a 🏴{tags}\U000e007f")
    assert kept(f"a 🏴{tags}{tags}\U000e007f") is None


@pytest.mark.parametrize("text", ["—", " ... ", "👍", "\u00ad", "́"])
def test_a_text_without_a_letter_or_a_digit_is_empty(text: str) -> None:
    assert kept(text) == ""


@given(st.sampled_from(INPUTS) | st.text(), st.booleans())
def test_what_is_kept_is_kept_again_and_hides_nothing(text: str, multiline: bool) -> None:
    found = kept(text, multiline=multiline)
    if found:
        assert kept(found, multiline=multiline) == found == unicodedata.normalize("NFC", found)
        assert first_hidden(found) is None
        assert has_words(found)
        assert visible_pieces(found.replace("\n", " ")) in ([(found.replace("\n", " "), "")],) or "\u200d" in found
        assert multiline or "\n" not in found


@given(st.sampled_from(INPUTS) | st.text())
def test_the_pieces_of_a_text_are_the_whole_text(text: str) -> None:
    assert "".join(seen + hidden for seen, hidden in visible_pieces(text)) == text
