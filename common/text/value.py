"""A text in one language or more: an immutable value."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from common.errors import InvalidValue
from common.language import LANGUAGES, reader_language


def tidied(text: str) -> str:
    """Return the text as it is stored: NFC, line feeds as line ends, no blanks around it.

    Raises: InvalidValue for what no database or document can store (a NUL byte, half a surrogate pair).
    """
    if "\x00" in text or not text.isascii() and re.search("[\ud800-\udfff]", text):
        raise InvalidValue("text.unstorable")
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


@dataclass(frozen=True, slots=True)
class Text:
    """A text in one language or more, one of which is the original.

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
                case _:  # from JSON, which no type checker sees
                    raise InvalidValue("text.not_a_string", language=language)
        if self.original not in LANGUAGES:
            raise InvalidValue("text.unknown_original", language=self.original, choices=", ".join(LANGUAGES))
        if not texts.get(self.original):
            raise InvalidValue("text.no_original", language=self.original)
        stored = tuple((language, texts[language]) for language in LANGUAGES if texts.get(language))
        object.__setattr__(self, "entries", stored)

    @classmethod
    def of(cls, text: str, language: str = "en", **translations: str) -> "Text":
        """Return `Text.of("Energy", ru="Энергетика")`: the original, then translations by language."""
        return cls(language, ((language, text), *translations.items()))

    @classmethod
    def from_json(cls, value: object) -> "Text":
        """Read what `to_json` wrote. Raises: InvalidValue."""
        if not isinstance(value, dict) or set(value) != {"original", "texts"} or not isinstance(value["texts"], dict):
            raise InvalidValue("text.not_a_text")
        return cls(value["original"], tuple(value["texts"].items()))

    def to_json(self) -> dict[str, Any]:
        """Return {"original": "en", "texts": {"en": "...", "uz": "..."}}."""
        return {"original": self.original, "texts": self.texts}

    @property
    def texts(self) -> dict[str, str]:
        """The texts by language, without the languages that have none."""
        return dict(self.entries)

    def shown(self, language: str) -> tuple[str, str]:
        """Return the text for a reader of that language and the language it is in: theirs, or else the original."""
        texts = self.texts
        found = language if language in texts else self.original
        return texts[found], found

    def in_language(self, language: str) -> str:
        """Return the text that a reader of that language is shown."""
        return self.shown(language)[0]

    def __str__(self) -> str:
        return self.in_language(reader_language())
