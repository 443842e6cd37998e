"""The form fields of what a person types: plain texts, and a `Text` with an input for each language.

Every form of the product takes its texts by these fields, so that they pass the gate (`gate.typed`). A text that the
person has left as it is stored is no entry and stays.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from common.errors import InvalidValue, field_error
from common.language import LANGUAGES, MARKS, NAMES, OWN_NAMES, reader_language
from common.text.gate import typed
from common.text.value import Text, tidied


def same_text(shown: str, stored: str) -> bool:
    """Return whether a browser has sent back what it was given: it writes line ends in a form of its own."""
    try:
        return tidied(shown) == tidied(stored)
    except InvalidValue:
        return False


class _Typed(forms.CharField):
    """A text that passes the gate. ``stored`` is what the form was opened with."""

    multiline = False
    stored = ""

    def _clean_bound_field(self, bf: BoundField) -> Any:
        self.stored = bf.initial if isinstance(bf.initial, str) else ""
        return super()._clean_bound_field(bf)  # type: ignore[misc]  # Django's own hook for what needs the initial value

    def to_python(self, value: Any) -> str:
        text = "" if value in self.empty_values else str(value)
        if self.stored and same_text(text, self.stored):
            return self.stored
        try:
            return typed(text, multiline=self.multiline)
        except InvalidValue as error:
            raise field_error(error, "hidden") from error


class LineField(_Typed):
    """A text in one line: a name, a reason."""


class LinesField(_Typed):
    """A text that may have several lines."""

    multiline = True
    widget = forms.Textarea


class SlugField(_Typed, forms.SlugField):
    """A code."""


def check_mailbox(address: str) -> None:
    """Refuse what few mail servers take. The domain may be in any script: it is sent as punycode.

    Raises: ValidationError.
    """
    if not address.rpartition("@")[0].isascii():  # signs such as ſ, which the validator takes for an s
        raise ValidationError(_("Write the part before @ in the letters a to z, digits and signs."))


class EmailField(_Typed, forms.EmailField):
    """An email address, in lower case: what is checked is what is stored."""

    default_validators = [*forms.EmailField.default_validators, check_mailbox]

    def to_python(self, value: Any) -> str:
        return super().to_python(value).lower()


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


class _LanguageField(_Typed):
    """One language's input; its errors begin with the language's name."""

    def __init__(self, language: str, limit: int | None, *, multiline: bool) -> None:
        self.language, self.limit, self.multiline = language, limit, multiline
        super().__init__(required=False)

    def to_python(self, value: Any) -> str:
        try:
            text = super().to_python(value)
        except ValidationError as error:
            params = {"language": NAMES[self.language], "problem": " ".join(error.messages)}
            raise ValidationError(_("%(language)s: %(problem)s"), code="hidden", params=params) from error
        if errors := length_errors(self.language, text, self.limit):
            raise ValidationError(errors)
        return text


class MultilingualFormField(forms.MultiValueField):
    """What a person types in several languages, as a `Text`; None where the field is empty and not required."""

    def __init__(self, *, max_length: int | None = None, multiline: bool = False, **kwargs: Any) -> None:
        fields = [_LanguageField(language, max_length, multiline=multiline) for language in LANGUAGES]
        original = forms.ChoiceField(choices=list(OWN_NAMES.items()), required=False)
        kwargs.setdefault("widget", MultilingualWidget(multiline))
        super().__init__([*fields, original], require_all_fields=False, **kwargs)

    def _clean_bound_field(self, bf: BoundField) -> Any:
        stored = bf.initial.texts if isinstance(bf.initial, Text) else {}
        for field in self.fields:
            if isinstance(field, _LanguageField):
                field.stored = stored.get(field.language, "")
        return super()._clean_bound_field(bf)  # type: ignore[misc]  # as above

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
        texts = [(old or "", new or "") for old, new in zip(before[:-1], data[:-1], strict=True)]
        if not all(same_text(new, old) for old, new in texts):
            return True
        return before[-1] != data[-1] and any(old.strip() for old, _new in texts)
