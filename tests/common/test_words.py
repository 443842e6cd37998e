"""Template tags mark values and escape what people typed."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from common.text import Text


def rendered(source: str, **context: object) -> str:
    return Template("{% load words %}" + source).render(Context(context))


def test_a_side_is_its_letters_with_its_name_as_the_title() -> None:
    assert rendered('{% side "KR" %}') == '<abbr class="side side-kr" title="Korea">KR</abbr>&nbsp;'


@pytest.mark.parametrize("nothing", ["", "shared", "<b>"])
def test_nothing_is_printed_without_a_side(nothing: str) -> None:
    assert rendered("{% side code %}", code=nothing) == ""


def test_a_status_escapes_its_word() -> None:
    assert rendered('{% status "open" word %}', word="<i>") == '<span class="st st-open">&lt;i&gt;</span>'


def test_a_text_in_the_readers_language_stands_alone() -> None:
    with translation.override("ru"):
        assert rendered("{{ text|in_language }}", text=Text.of("Energy", ru="Энергетика")) == "Энергетика"


def test_a_text_without_the_readers_language_is_marked_as_the_original() -> None:
    with translation.override("ko"):
        shown = rendered("{{ text|in_language }}", text=Text.of("Sinks & <taps>"))
    assert shown.startswith('<span lang="en">Sinks &amp; &lt;taps&gt;</span>')
    assert ">EN</abbr>" in shown


@pytest.mark.parametrize(("value", "shown"), [(None, ""), ("a < b", "a &lt; b")])
def test_a_plain_string_is_only_escaped(value: str | None, shown: str) -> None:
    assert rendered("{{ text|in_language }}", text=value) == shown


def test_a_time_is_shown_in_the_current_time_zone() -> None:
    late = datetime(2025, 9, 23, 20, 30, tzinfo=UTC)
    with timezone.override("Asia/Seoul"):
        assert rendered("{{ at|moment }}; {{ at|day }}", at=late) == "24 September 2025, 05:30; 24 September 2025"
    assert rendered("{{ at|day }}", at=date(2025, 9, 23)) == "23 September 2025"
