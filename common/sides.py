"""The two sides of the partnership, their time zones, and the layers of visibility."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _


class Side(models.TextChoices):
    UZ = "UZ", _("Uzbekistan")
    KR = "KR", _("Korea")


class Layer(models.TextChoices):
    """Which side may see a record at all, before any permission is checked."""

    SHARED = "shared", _("Both sides")
    UZ = "UZ", _("Only Uzbekistan")
    KR = "KR", _("Only Korea")


TIME_ZONES = {Side.UZ.value: ZoneInfo("Asia/Tashkent"), Side.KR.value: ZoneInfo("Asia/Seoul")}


def day_of(side: str, now: datetime) -> date:
    """Return the date that ``now`` is in the side's time zone; in UTC where there is no side."""
    return now.astimezone(TIME_ZONES.get(side, ZoneInfo("UTC"))).date()
