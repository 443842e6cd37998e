"""The two sides of the partnership, their days, and the layers on which a record can lie."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _


class Side(models.TextChoices):
    UZ = "UZ", _("Uzbekistan")
    KR = "KR", _("Korea")


class Layer(models.TextChoices):
    """Who may see a record at all, before any relation is asked for."""

    SHARED = "shared", _("Both sides")
    UZ = "UZ", _("Only Uzbekistan")
    KR = "KR", _("Only Korea")


TIME_ZONES = {Side.UZ.value: ZoneInfo("Asia/Tashkent"), Side.KR.value: ZoneInfo("Asia/Seoul")}


def day_of(side: str, now: datetime) -> date:
    """The side's own day at the moment ``now``; UTC's for neither side."""
    return now.astimezone(TIME_ZONES.get(side, ZoneInfo("UTC"))).date()
