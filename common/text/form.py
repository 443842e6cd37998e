"""The form field of a `Text`: an input for each language and a choice of the original."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.errors import InvalidValue
from common.language import LANGUAGES, MARKS, NAMES, OWN_NAMES, reader_language
from common.text.value import Text, tidied


def length_errors(language: str, text: str, limit: int | None) -> list[ValidationError]:
    """Return the error of a text that is longer than `limit` characters, or nothing."""
    if limit is None or len(text) <= limit:
        return []
    params = {"language": NAMES[language], "limit": limit, "length": len(text)}
    message = _("%(language)s: at most %(limit)d characters; this has %(length)d.")
    return [ValidationError(message, code="max_length", params=params)]


class MultilingualWidget(forms.MultiWidget):
    """An input for each language, labelled in that language, and a choice of which is the original."""

    template_name = "common/multilingual.html"

    def __init__(self, multiline: bool = False, attrs: Mapping[str, Any] | None = None) -> None:
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {}
        for language in LANGUAGES:
            marked: dict[str, Any] = {"lang": language, "aria-label": OWN_NAMES[language]}
            widgets[language] = forms.Textarea({**marked, "rows": 3}) if multiline else forms.TextInput(marked)
        widgets["original"] = forms.Select({"aria-label": _("Original language")}, choices=list(OWN_NAMES.items()))
        super().__init__(widgets, dict(attrs or {}))

    def decompress(self, value: Any) -> list[str]:
        if not isinstance(value, Text):
            return [""] * len(LANGUAGES) + [reader_language()]
        return [value.texts.get(language, "") for language in LANGUAGES] + [value.original]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        attrs = dict(attrs or {})
        label = attrs.pop("aria-label", self.attrs.get("aria-label"))
        context = super().get_context(name, value, attrs)
        for sub, own in zip(context["widget"]["subwidgets"], self.widgets, strict=True):
            sub["mark"] = MARKS.get(own.attrs.get("lang", ""))
            # the label of the whole field (a cell of a table) stands before the language, not in its place
            sub["attrs"]["aria-label"] = f"{label}: {own.attrs['aria-label']}" if label else own.attrs["aria-label"]
        return context


class _LanguageField(forms.CharField):
    """One language's input; its errors begin with the language's name."""

    def __init__(self, language: str, limit: int | None) -> None:
        self.language, self.limit = language, limit
        super().__init__(required=False)

    def clean(self, value: Any) -> str:
        try:
            text = tidied(value or "")
        except InvalidValue as error:
            message = _("%(language)s: the text contains a character that cannot be stored, such as a NUL byte.")
            raise ValidationError(message, code="invalid", params={"language": NAMES[self.language]}) from error
        if errors := length_errors(self.language, text, self.limit):
            raise ValidationError(errors)
        return text


class MultilingualFormField(forms.MultiValueField):
    """What a person types in several languages, as a `Text`; None where the field is empty and not required."""

    def __init__(self, *, max_length: int | None = None, multiline: bool = False, **kwargs: Any) -> None:
        fields = [_LanguageField(language, max_length) for language in LANGUAGES]
        original = forms.ChoiceField(choices=list(OWN_NAMES.items()), required=False)
        kwargs.setdefault("widget", MultilingualWidget(multiline))
        super().__init__([*fields, original], require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> Text | None:
        *typed, original = data_list or [""]
        texts = {language: text for language, text in zip(LANGUAGES, typed, strict=False) if text}
        if not texts:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        if original not in texts:
            message = _("%(language)s is chosen as the original, but has no text.")
            name = NAMES.get(original, original)
            raise ValidationError(message, code="original", params={"language": name})
        return Text(original, tuple(texts.items()))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether a text or the choice of the original differs; the choice alone, without a text, is nothing."""
        if self.disabled:
            return False
        before = initial if isinstance(initial, list) else self.widget.decompress(initial)
        try:
            old, new = ([*(tidied(text or "") for text in row[:-1]), row[-1]] for row in (before, data))
        except InvalidValue:
            return True
        return any(old[:-1] + new[:-1]) and old != new
