"""The regions of Uzbekistan by their ISO 3166-2 codes (UZ-JI), which decisions and projects store."""

from typing import Final

from common.text import Text

REGIONS: Final = {
    "UZ-AN": Text.of("Andijan", uz="Andijon", ru="Андижан", ko="안디잔"),
    "UZ-BU": Text.of("Bukhara", uz="Buxoro", ru="Бухара", ko="부하라"),
    "UZ-FA": Text.of("Fergana", uz="Fargʻona", ru="Фергана", ko="페르가나"),
    "UZ-JI": Text.of("Jizzakh", uz="Jizzax", ru="Джизак", ko="지자흐"),
    "UZ-NG": Text.of("Namangan", uz="Namangan", ru="Наманган", ko="나망간"),
    "UZ-NW": Text.of("Navoiy", uz="Navoiy", ru="Навои", ko="나보이"),
    "UZ-QA": Text.of("Qashqadaryo", uz="Qashqadaryo", ru="Кашкадарья", ko="카슈카다리야"),
    "UZ-QR": Text.of("Karakalpakstan", uz="Qoraqalpogʻiston", ru="Каракалпакстан", ko="카라칼파크스탄"),
    "UZ-SA": Text.of("Samarkand", uz="Samarqand", ru="Самарканд", ko="사마르칸트"),
    "UZ-SI": Text.of("Sirdaryo", uz="Sirdaryo", ru="Сырдарья", ko="시르다리야"),
    "UZ-SU": Text.of("Surxondaryo", uz="Surxondaryo", ru="Сурхандарья", ko="수르한다리야"),
    "UZ-TK": Text.of("Tashkent city", uz="Toshkent shahri", ru="город Ташкент", ko="타슈켄트시"),
    "UZ-TO": Text.of("Tashkent region", uz="Toshkent viloyati", ru="Ташкентская область", ko="타슈켄트주"),
    "UZ-XO": Text.of("Xorazm", uz="Xorazm", ru="Хорезм", ko="호레즘"),
}


def region_name(code: str) -> Text | str:
    """Return the region's name in four languages, or the code itself where it is unknown."""
    return REGIONS.get(code, code)
