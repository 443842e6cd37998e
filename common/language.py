"""The languages in which the product stores texts, their names, and the language of the page."""

from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LANGUAGES: Final = ("en", "uz", "ru", "ko")
OWN_NAMES: Final = {"en": "English", "uz": "Oʻzbekcha", "ru": "Русский", "ko": "한국어"}
NAMES: Final = {"en": _("English"), "uz": _("Uzbek"), "ru": _("Russian"), "ko": _("Korean")}
# Not UZ: those two letters always mean the side.
MARKS: Final = {"en": "EN", "uz": "OʻZ", "ru": "РУ", "ko": "한"}


def reader_language() -> str:
    """Return the language of the page, or English where no text is stored in that language."""
    language = (get_language() or "en").partition("-")[0]
    return language if language in LANGUAGES else "en"
