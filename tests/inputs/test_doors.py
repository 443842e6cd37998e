"""Every door for texts cleans and refuses alike: what comes in is what the gate lets in, whatever the door."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db.models import F
from django.urls import get_resolver
from rest_framework.views import APIView

from accounts.models import ServiceAccount, User
from audit.models import Event
from common.errors import InvalidValue, sentence
from common.text import typed
from tests.inputs.doors import (
    LOOKED_UP,
    REFUSALS,
    Door,
    column_doors,
    command_options,
    form_doors,
    loader_doors,
)
from tests.inputs.table import INPUTS
from tests.scenarios.people import person
from tests.scenarios.second_factor import with_app


@pytest.mark.parametrize("found", [form_doors, loader_doors, column_doors])
def test_every_door_lets_in_what_the_gate_lets_in(found: Any) -> None:
    doors = list(found())
    assert len(doors) > 10
    for door in doors:
        assert _kept(door, "hydro") in ("hydro", "refused"), door.name
        for text in INPUTS:
            _check(door, text)


def _check(door: Door, text: str) -> None:
    said = f"{door.name}: {text!r}"
    expected, refused = _gate(text, door.multiline, door.value_class)
    if refused:
        with pytest.raises(REFUSALS) as refusal:
            door.through(text)
        assert refused in " ".join(_words(refusal.value)), said
        return
    found = _kept(door, text)
    if not expected:
        assert found in ("", "refused"), said
    elif door.narrow:
        assert found in (expected, expected.lower(), "refused"), said
    else:
        assert found == expected, said


def _gate(text: str, multiline: bool, value_class: Callable[[str], str] = str) -> tuple[str, str]:
    """Return what the gate keeps of a text, and the sentence with which it refuses it."""
    try:
        return typed(value_class(text), multiline=multiline), ""
    except InvalidValue as error:
        return "", sentence(error)


def _kept(door: Door, text: str) -> str:
    try:
        return str(door.through(text))
    except REFUSALS:
        return "refused"


def _words(error: Any) -> list[str]:
    if isinstance(error, ValidationError):
        return error.messages
    cause = error.errors()[0].get("ctx", {}).get("error") if hasattr(error, "errors") else error
    return [sentence(cause) if isinstance(cause, InvalidValue) else str(cause)]


def test_a_text_that_was_left_as_it_is_stored_stays() -> None:
    from django import forms

    from common.text import LineField, MultilingualFormField, Text

    class Form(forms.Form):
        name = LineField()
        title = MultilingualFormField()

    old = Text("en", (("en", "10\u202e001\u202c  t"), ("ko", "가\u3000나")))
    sent = {"name": "a\u00a0 b", "title_en": "10\u202e001\u202c  t", "title_ko": "가  다", "title_original": "en"}
    form = Form(sent, initial={"name": "a\u00a0 b", "title": old})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["name"] == "a\u00a0 b"
    assert form.cleaned_data["title"].texts == {"en": "10\u202e001\u202c  t", "ko": "가 다"}


def test_every_option_of_a_command_that_takes_words_is_known_here() -> None:
    kept = {
        ("create_administrator", "email"),
        ("create_administrator", "name"),
        ("create_service_account", "name"),
        ("reset_second_factor", "reason"),
    }
    assert set(command_options()) == kept | LOOKED_UP


@pytest.mark.django_db
@pytest.mark.parametrize("text", [text for text in INPUTS if "hy" in text][::40])
def test_commands_keep_what_the_gate_lets_in(text: str) -> None:
    expected, _refused = _gate(text, False)
    lost = with_app(person("officer", "minenergy")).email
    new_account = ["create_service_account", "--organisation=koica", "--scopes=read"]
    tables: list[tuple[list[str], str, Any]] = [
        (["create_administrator", "--side=UZ", "--email=a@example.org"], "name", User.objects),
        (new_account, "name", ServiceAccount.objects),
        (["reset_second_factor", lost], "reason", Event.objects.annotate(reason=F("act_reason"))),
    ]
    for command, option, kept in tables:
        command = [*command, f"--{option}={text}"]
        if expected:
            call_command(*command)
            assert kept.filter(**{option: expected}).exists()
        else:
            with pytest.raises(CommandError, match="hidden character"):
                call_command(*command)


def test_the_api_takes_no_texts_yet() -> None:
    """A resource that is written needs its serializer's texts in the test above."""
    from drf_spectacular.views import SpectacularAPIView

    views = [cls for cls in _view_classes(get_resolver()) if issubclass(cls, APIView)]
    assert len(views) > 5
    for cls in views:
        if not issubclass(cls, SpectacularAPIView):
            methods = {name for name in ("post", "put", "patch", "delete") if hasattr(cls, name)}
            assert not methods & set(getattr(cls, "http_method_names", ())), cls


def _view_classes(resolver: Any) -> set[Any]:
    found: set[Any] = set()
    for entry in resolver.url_patterns:
        if hasattr(entry, "url_patterns"):
            found |= _view_classes(entry)
        else:
            found |= {getattr(entry.callback, "cls", None), getattr(entry.callback, "view_class", None)} - {None}
    return found
