"""Text in several languages: the value, its column, its form field; and how a search reads letters.

One JSON column holds all languages and which of them is the original. A reader is shown their language or else the
original; a comparison looks at every language.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable, Expression
from django.db.models.fields.json import KeyTransform
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.errors import InvalidValue, sentence

LANGUAGES: Final = ("en", "uz", "ru", "ko")
OWN_NAMES: Final = {"en": "English", "uz": "Oʻzbekcha", "ru": "Русский", "ko": "한국어"}
NAMES: Final = {"en": _("English"), "uz": _("Uzbek"), "ru": _("Russian"), "ko": _("Korean")}
# Not UZ: those two letters always mean the side.
MARKS: Final = {"en": "EN", "uz": "OʻZ", "ru": "РУ", "ko": "한"}

_APOSTROPHES: Final = "'`\u2018\u2019\u02bb\u02bc"
_FOLDED: Final = str.maketrans(dict.fromkeys(_APOSTROPHES, "\u02bb"))


def tidied(text: str) -> str:
    """The text as it is kept: NFC, line feeds for line ends, no blanks around it.

    Raises: InvalidValue for what no database or document can keep (a NUL byte, half a surrogate pair).
    """
    if "\x00" in text or not text.isascii() and re.search("[\ud800-\udfff]", text):
        raise InvalidValue("text.unstorable")
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def fold(text: str) -> str:
    """The text as a search compares it: case folded, the six marks typed for oʻ, gʻ and the tutuq made one."""
    return unicodedata.normalize("NFC", text).translate(_FOLDED).casefold()


def search_pattern(query: str) -> str:
    """A regular expression, for Python and for PostgreSQL's ~* alike, that finds the query literally.

    Any of the six apostrophes stands for any other; ignoring case is left to the operator.
    Raises: InvalidValue as `tidied`.
    """
    anyone = f"[{_APOSTROPHES}]"
    return "".join(anyone if letter in _APOSTROPHES else re.escape(letter) for letter in tidied(query))


@dataclass(frozen=True, slots=True)
class Text:
    """A text in one language or more, one of which is the original: an immutable value.

    `entries` are (language, text) in the order of `LANGUAGES`, tidied; a language with a blank text is absent.
    Raises: InvalidValue.
    """

    original: str
    entries: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        texts = {}
        for language, text in self.entries:
            if language not in LANGUAGES:
                raise InvalidValue("text.unknown_language", language=language, choices=", ".join(LANGUAGES))
            match text:
                case str():
                    texts[language] = tidied(text)
                case _:  # from JSON, past the types
                    raise InvalidValue("text.not_a_string", language=language)
        if self.original not in LANGUAGES:
            raise InvalidValue("text.unknown_original", language=self.original, choices=", ".join(LANGUAGES))
        if not texts.get(self.original):
            raise InvalidValue("text.no_original", language=self.original)
        kept = tuple((language, texts[language]) for language in LANGUAGES if texts.get(language))
        object.__setattr__(self, "entries", kept)

    @classmethod
    def of(cls, text: str, language: str = "en", **translations: str) -> "Text":
        """`Text.of("Energy", ru="Энергетика")`: the original, then translations by language."""
        return cls(language, ((language, text), *translations.items()))

    @classmethod
    def from_json(cls, value: object) -> "Text":
        """The reverse of `to_json`. Raises: InvalidValue."""
        if not isinstance(value, dict) or set(value) != {"original", "texts"} or not isinstance(value["texts"], dict):
            raise InvalidValue("text.not_a_text")
        return cls(value["original"], tuple(value["texts"].items()))

    def to_json(self) -> dict[str, Any]:
        """{"original": "en", "texts": {"en": "...", "uz": "..."}}."""
        return {"original": self.original, "texts": self.texts}

    @property
    def texts(self) -> dict[str, str]:
        """The texts by language; only those that are there."""
        return dict(self.entries)

    def shown(self, language: str) -> tuple[str, str]:
        """The text for a reader of that language, and the language it is in: theirs, or else the original."""
        texts = self.texts
        found = language if language in texts else self.original
        return texts[found], found

    def in_language(self, language: str) -> str:
        """The text that a reader of that language is shown."""
        return self.shown(language)[0]

    def __str__(self) -> str:
        return self.in_language(_active())


def _active() -> str:
    language = (get_language() or "en").partition("-")[0]
    return language if language in LANGUAGES else "en"


def _too_long(language: str, text: str, limit: int | None) -> list[ValidationError]:
    if limit is None or len(text) <= limit:
        return []
    params = {"language": NAMES[language], "limit": limit, "length": len(text)}
    message = _("%(language)s: at most %(limit)d characters; this has %(length)d.")
    return [ValidationError(message, code="max_length", params=params)]


if TYPE_CHECKING:
    from typing_extensions import TypeVar

    _Set = TypeVar("_Set", default=Any)
    _Get = TypeVar("_Get", default=Any)

    class _JSONField(models.JSONField[_Set, _Get]): ...
else:
    # Django's field takes no type parameters when it runs
    class _JSONField(models.JSONField):
        __class_getitem__ = classmethod(lambda cls, _parameters: cls)

    _Set = _Get = None


class MultilingualField(_JSONField[_Set, _Get]):
    """A column of `Text`, stored as its JSON; None (NULL) where there is no text.

    `max_length` counts each language by itself; `multiline` gives a form's inputs several lines.
    """

    _pyi_private_set_type: Text | Combinable
    _pyi_private_get_type: Text

    def __init__(self, verbose_name: Any = None, *, multiline: bool = False, **kwargs: Any) -> None:
        self.multiline = multiline
        super().__init__(verbose_name, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, list(args), {**kwargs, "multiline": True} if self.multiline else kwargs

    def from_db_value(self, value: str | None, expression: Expression, connection: BaseDatabaseWrapper) -> Any:
        found = super().from_db_value(value, expression, connection)
        # a lookup into the column (title__texts__ru) is not a Text
        return found if found is None or isinstance(expression, KeyTransform) else Text.from_json(found)

    def to_python(self, value: Any) -> Text | None:
        if value is None or isinstance(value, Text):
            return value
        try:
            return Text.from_json(value)
        except InvalidValue as error:
            raise ValidationError(sentence(error), code="invalid") from error

    def get_prep_value(self, value: Any) -> Any:
        return value.to_json() if isinstance(value, Text) else super().get_prep_value(value)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        # Lookups hand over plain strings (title__original="ru"); a row takes nothing but a Text.
        saved = value if hasattr(value, "as_sql") else self.to_python(value)
        return super().get_db_prep_save(saved, connection)

    def value_to_string(self, obj: models.Model) -> Any:
        value = self.value_from_object(obj)
        return None if value is None else self.get_prep_value(value)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        # past JSONField, which would ask whether json.dumps can write a Text
        super(models.JSONField, self).validate(value, model_instance)
        if isinstance(value, Text):
            errors = [error for entry in value.entries for error in _too_long(*entry, self.max_length)]
            if errors:
                raise ValidationError(errors)

    def formfield(self, **kwargs: Any) -> Any:
        own = {"form_class": MultilingualFormField, "max_length": self.max_length, "multiline": self.multiline}
        return super(models.JSONField, self).formfield(**{**own, **kwargs})


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
            return [""] * len(LANGUAGES) + [_active()]
        return [value.texts.get(language, "") for language in LANGUAGES] + [value.original]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        attrs = dict(attrs or {})
        label = attrs.pop("aria-label", self.attrs.get("aria-label"))
        context = super().get_context(name, value, attrs)
        for sub, own in zip(context["widget"]["subwidgets"], self.widgets, strict=True):
            sub["mark"] = MARKS.get(own.attrs.get("lang", ""))
            # a label given to the whole (a cell of a table) goes before the language, not in its place
            sub["attrs"]["aria-label"] = f"{label}: {own.attrs['aria-label']}" if label else own.attrs["aria-label"]
        return context

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        context = self.get_context(name, value, attrs)
        for sub in context["widget"]["subwidgets"]:
            sub["html"] = self._render(sub["template_name"], {"widget": sub}, renderer)  # type: ignore[attr-defined]
        # the form renderer finds Django's own templates only
        return render_to_string(self.template_name, context)


class _LanguageField(forms.CharField):
    """One language's input; its errors begin with the language's name."""

    def __init__(self, language: str, limit: int | None) -> None:
        self.language, self.limit = language, limit
        super().__init__(required=False)

    def clean(self, value: Any) -> str:
        try:
            text = tidied(value or "")
        except InvalidValue as error:
            message = _("%(language)s: the text holds a character that cannot be kept, such as a NUL byte.")
            raise ValidationError(message, code="invalid", params={"language": NAMES[self.language]}) from error
        if errors := _too_long(self.language, text, self.limit):
            raise ValidationError(errors)
        return text


class MultilingualFormField(forms.MultiValueField):
    """What a person types in several languages; gives a `Text`, or None where nothing was and nothing must be."""

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
            message = _("%(language)s is named as the original, but has no text.")
            name = NAMES.get(original, original)
            raise ValidationError(message, code="original", params={"language": name})
        return Text(original, tuple(texts.items()))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether a text or the choice of the original differs; the choice alone, with nothing typed, says nothing."""
        if self.disabled:
            return False
        before = initial if isinstance(initial, list) else self.widget.decompress(initial)
        try:
            old, new = ([*(tidied(text or "") for text in row[:-1]), row[-1]] for row in (before, data))
        except InvalidValue:
            return True
        return any(old[:-1] + new[:-1]) and old != new
