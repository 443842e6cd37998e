"""The sample accounts to try first, on the sign-in page of a demonstration and in the terminal."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.demo.people import DOMAIN, DemoError, ListedAccount, listed_accounts

TOUR: Final[tuple[tuple[str, str | Promise], ...]] = (
    ("secretary.uz.energy", _("1. Edits the draft road map of energy (RM-07) and publishes it")),
    ("co_chair.uz.energy", _("2. Signs it for Uzbekistan with a passkey")),
    ("co_chair.kr.energy", _("3. Signs it for Korea: now it is in force")),
    ("officer.uzkimyosanoat", _("Leads milestones of chemistry; edits project D05")),
    ("officer.miit", _("Coordinates for Uzbekistan and sees the whole programme")),
    ("administrator.minenergy", _("Manages the people and names of a ministry")),
    ("auditor.motie", _("Audits for Korea")),
    ("reader.kia", _("Sees little, on purpose")),
)
# an address that a proxy passes on: whoever asks may be anywhere
FORWARDED: Final = ("X-Forwarded-For", "X-Real-IP", "Forwarded")


@dataclass(frozen=True)
class TourAccount:
    """One account of the list, with what it is good for."""

    address: str
    password: str
    name: str
    purpose: str


def tour(directory: Path) -> Iterator[TourAccount]:
    """Yield the accounts of the tour that still open with their listed password. Raises: DemoError."""
    listed: dict[str, ListedAccount] = {
        entry.get("made_as", entry["address"]): entry for entry in listed_accounts(directory)
    }
    for name, purpose in TOUR:
        if entry := listed.get(f"{name}@{DOMAIN}"):
            yield TourAccount(entry["address"], entry["password"], entry.get("name", ""), str(purpose))


def offered(request: HttpRequest) -> list[TourAccount]:
    """Return the accounts that the sign-in page offers: none outside a demonstration, none to another machine."""
    if not settings.DEMO or not _is_local(request):
        return []
    try:
        return list(tour(settings.DATA_DIR))
    except DemoError:
        return []


def _is_local(request: HttpRequest) -> bool:
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
