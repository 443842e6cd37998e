"""A text stores every language, knows the original, and loses nothing that a person typed."""

import json
import re
import unicodedata
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Value
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from common.errors import InvalidValue, sentence
from common.language import LANGUAGES
from common.text import MultilingualField, MultilingualFormField, Text

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
written = words.filter(lambda text: bool(unicodedata.normalize("NFC", text).strip()))
texts = st.builds(
    lambda original, text, others: Text.of(text, original, **{**others, original: text}),
    st.sampled_from(LANGUAGES),
    written,
    st.dictionaries(st.sampled_from(LANGUAGES), words),
)


@given(texts)
def test_a_text_survives_json(text: Text) -> None:
    read = Text.from_json(json.loads(json.dumps(text.to_json())))
    assert (read, hash(read)) == (text, hash(text))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", "A text is an object with exactly two keys"),
        ({"original": "en", "texts": {"en": "a"}, "more": 1}, "A text is an object with exactly two keys"),
        ({"original": "en", "texts": ["en"]}, "A text is an object with exactly two keys"),
        ({"original": "fr", "texts": {"en": "a"}}, "The original language “fr” is not supported. Use one of: en"),
        ({"original": ["en"], "texts": {"en": "a"}}, "is not supported. Use one of: en"),
        ({"original": "en", "texts": {"en": "a", "fr": "b"}}, "“fr” is not a supported language. Use one of: en"),
        ({"original": "en", "texts": {"ru": "а"}}, "no text in the original language “en”"),
        ({"original": "en", "texts": {"en": " \n", "ru": "а"}}, "or it is blank"),
        ({"original": "en", "texts": {"en": 5}}, "The text in “en” is not a string"),
        ({"original": "en", "texts": {"en": "a\x00"}}, "NUL byte"),
        ({"original": "en", "texts": {"en": "a", "ko": "\ud800"}}, "cannot be stored"),
    ],
)
def test_an_invalid_text_is_refused_with_a_sentence(value: object, expected: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        Text.from_json(value)
    assert expected in sentence(refusal.value)


def test_a_text_is_one_value_however_it_was_typed() -> None:
    composed = Text.of("Йўл\nхарита", "ru", uz="")
    decomposed = Text.of(" " + unicodedata.normalize("NFD", "Йўл\r\nхарита") + "\n", "ru")
    assert composed == decomposed
    assert composed.texts == {"ru": "Йўл\nхарита"}


def test_a_reader_is_shown_their_language_or_else_the_original() -> None:
    text = Text.of("Energetika", "uz", ko="에너지")
    assert text.shown("ko") == ("에너지", "ko")
    assert text.shown("ru") == ("Energetika", "uz")
    assert text.in_language("ru") == "Energetika"


# The rest needs the settings of the project.

TITLE = Text.of("Energy", ko="에너지")


class TitleForm(forms.Form):
    title = MultilingualFormField(max_length=200)
    note = MultilingualFormField(required=False, multiline=True)


def typed(original: str = "en", **texts: str) -> dict[str, str]:
    return {f"title_{language}": texts.get(language, "") for language in LANGUAGES} | {"title_original": original}


@pytest.mark.usefixtures("settings")
class TestForm:
    def test_what_was_typed_becomes_a_text_and_nothing_typed_becomes_none(self) -> None:
        form = TitleForm(typed("ko", ko=" 에너지 ", en="Energy") | {"note_original": "en"})
        assert form.is_valid(), form.errors
        assert form.cleaned_data == {"title": Text.of("에너지", "ko", en="Energy"), "note": None}

    @pytest.mark.parametrize(
        ("data", "sentences"),
        [
            (typed(en="a", ko="가" * 10_000), ["Korean: at most 200 characters; this has 10000."]),
            (
                typed(en="a\x00", ru="я" * 201),
                [
                    "English: There is a hidden character after “a”: U+0000. "
                    "Delete what stands there and type it again.",
                    "Russian: at most 200 characters; this has 201.",
                ],
            ),
            (typed("ru", en="a"), ["Russian is chosen as the original, but has no text."]),
            (typed("fr", en="a"), ["Select a valid choice. fr is not one of the available choices."]),
            (typed(en=" \n"), ["This field is required."]),
        ],
    )
    def test_a_refusal_names_the_language_and_keeps_what_was_typed(
        self, data: dict[str, str], sentences: list[str]
    ) -> None:
        form = TitleForm(data)
        assert form.errors["title"] == sentences
        shown = str(form["title"])
        assert all(text.strip("\x00 \n") in shown for text in data.values() if text != "fr")

    @pytest.mark.parametrize(
        ("initial", "data", "changes"),
        [
            (TITLE, typed(en="Energy", ko="에너지 "), False),
            (TITLE, typed(en="Energy"), True),
            (TITLE, typed("ko", en="Energy", ko="에너지"), True),
            (Text.of("a\nb"), typed(en="a\r\nb"), False),
            (None, typed("ru"), False),
            (None, typed(en="\x00"), True),
        ],
    )
    def test_only_a_text_or_its_original_counts_as_a_change(
        self, initial: Text | None, data: dict[str, str], changes: bool
    ) -> None:
        form = TitleForm(data, initial={"title": initial})
        assert ("title" in form.changed_data) is changes

    def test_each_input_says_its_language_and_none_breaks_the_content_policy(self) -> None:
        with translation.override("ru"):
            shown = str(TitleForm(initial={"title": TITLE})["title"])
            fresh = str(TitleForm()["title"])
        for language, name in {"en": "English", "uz": "Oʻzbekcha", "ru": "Русский", "ko": "한국어"}.items():
            (tag,) = re.findall(rf'<input[^>]*name="title_{language}"[^>]*>', shown)
            assert f'lang="{language}"' in tag
            assert f'aria-label="{name}"' in tag
            assert "required" not in tag
        assert '<option value="en" selected>' in shown
        assert '<option value="ru" selected>' in fresh
        assert not re.search(r"style|script|on\w+=", shown)
        cell = MultilingualFormField().widget.render("t", None, {"aria-label": "Title <1>"})
        assert 'aria-label="Title &lt;1&gt;: 한국어"' in cell

    def test_a_text_is_escaped(self) -> None:
        assert "<b>" not in str(TitleForm(initial={"title": Text.of("<b>\"'")})["title"])


@pytest.mark.usefixtures("settings")
class TestField:
    def test_the_field_is_written_in_migrations_and_copied_whole(self) -> None:
        field: Any = MultilingualField("name", max_length=300, multiline=True, null=True, blank=True)
        name, path, args, kwargs = field.deconstruct()
        assert path == "common.text.MultilingualField"
        assert kwargs == {"verbose_name": "name", "max_length": 300, "multiline": True, "null": True, "blank": True}
        assert field.clone().deconstruct() == (name, path, args, kwargs)
        form_field = field.formfield()
        assert not form_field.required
        assert all(isinstance(widget, forms.Textarea) for widget in form_field.widget.widgets[:-1])

    def test_a_value_is_a_text_or_refused_with_a_sentence(self) -> None:
        field: Any = MultilingualField(max_length=5)
        assert field.clean(Text.of("abcde"), None) == Text.of("abcde")
        assert field.clean({"original": "en", "texts": {"en": "abc"}}, None) == Text.of("abc")
        with pytest.raises(ValidationError, match="Korean: at most 5 characters; this has 6."):
            field.clean(Text.of("abcde", ko="가" * 6), None)
        with pytest.raises(ValidationError, match="object with exactly two keys"):
            field.clean("abc", None)
        with pytest.raises(ValidationError, match="cannot be null"):
            field.clean(None, None)

    def test_a_text_is_str_in_the_language_of_the_request(self) -> None:
        with translation.override("ko"):
            assert str(TITLE) == "에너지"
        with translation.override("ru"):
            assert str(TITLE) == "Energy"

    @pytest.mark.django_db
    @pytest.mark.parametrize("text", [TITLE, None])
    def test_the_database_gives_back_the_same_text(self, text: Text | None) -> None:
        from django.contrib.contenttypes.models import ContentType

        stored = Value(text, output_field=MultilingualField(null=True))
        rows = ContentType.objects.annotate(stored=stored)
        assert rows.values_list("stored", flat=True).first() == text
        if text:
            assert rows.filter(stored__texts__ko="에너지", stored__original="en").exists()
            assert rows.annotate(ko=F("stored__texts__ko")).values_list("ko", flat=True).first() == "에너지"

    @pytest.mark.django_db
    def test_a_row_never_stores_anything_but_a_text(self) -> None:
        from django.db import connection

        field: models.Field[Any, Any] = MultilingualField()
        with pytest.raises(ValidationError):
            field.get_db_prep_save("just a string", connection)
