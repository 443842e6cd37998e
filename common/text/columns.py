"""The gate at the columns of a record, for services that save whole records."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from common.errors import InvalidValue, sentence
from common.text.field import MultilingualField
from common.text.gate import typed
from common.text.value import Text


def keep_as_typed(record: models.Model, before: models.Model | None, names: Iterable[str]) -> None:
    """Let the texts of these columns pass the gate. A text that ``before`` has already is no entry and stays.

    Raises: ValidationError at the columns.
    """
    errors = {}
    for name in names:
        field: Any = record._meta.get_field(name)
        if field.choices or not isinstance(field, models.CharField | models.TextField | MultilingualField):
            continue
        try:
            kept = _kept(field, getattr(record, name), getattr(before, name, None))
        except InvalidValue as error:
            errors[name] = [sentence(error)]
            continue
        if not kept and getattr(record, name) and not field.blank:
            errors[name] = [str(field.error_messages["blank"])]
        setattr(record, name, kept)
    if errors:
        raise ValidationError(errors)


def _kept(field: Any, value: Any, before: Any) -> Any:
    if value is None or value == before:
        return value
    if not isinstance(value, Text):
        return typed(value, multiline=isinstance(field, models.TextField))
    old = before.texts if isinstance(before, Text) else {}
    texts = {
        language: text if text == old.get(language) else typed(text, multiline=field.multiline)
        for language, text in value.entries
    }
    return Text(value.original, tuple(texts.items())) if any(texts.values()) else None
