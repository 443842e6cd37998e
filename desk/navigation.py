"""The side navigation: the pages of desk and the lists of the admin, by task, for whoever may open them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final, cast

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.policy.actors import Actor
from accounts.policy.questions import can
from accounts.web.admin_site import StaffSite
from accounts.web.menu import MenuGroup, MenuItem

PAGES: Final = (
    MenuItem(MenuGroup.HOME, 10, _("My desk"), "desk:home"),
    MenuItem(MenuGroup.FOLLOW, 10, _("Programme"), "desk:programme", "indicator.view"),
    MenuItem(MenuGroup.FOLLOW, 20, _("Areas"), "desk:areas", "area.view"),
    MenuItem(MenuGroup.FOLLOW, 30, _("Road maps"), "desk:roadmaps", "roadmap.view"),
    MenuItem(MenuGroup.AGREE, 10, _("Proposals"), "desk:proposals", "proposal.view"),
    MenuItem(MenuGroup.ACTIVITY, 10, _("Reminders"), "desk:reminders", "notice.view"),
)


@dataclass(frozen=True)
class ShownItem:
    text: str
    href: str
    current: bool


@dataclass(frozen=True)
class ShownGroup:
    """``name`` is empty for the first group."""

    name: str
    items: tuple[ShownItem, ...]


def navigation(actor: Actor, path: str) -> list[ShownGroup]:
    """Return what the actor may open, with the item that ``path`` lies under marked; without empty groups."""
    items = [item for item in _items() if not item.permission or can(actor, item.permission)]
    # the longest beginning counts, so that a page under another one is marked once
    current = max((start for item in items for start in _starts(item, path)), default="")
    return [
        ShownGroup(
            str(group.label),
            tuple(
                ShownItem(str(item.label), reverse(item.url_name), bool(current) and current in _starts(item, path))
                for item in of_group
            ),
        )
        for group, of_group in groupby(items, lambda item: item.group)
    ]


def _items() -> list[MenuItem]:
    """Return every entry in its order."""
    listed = [item for screen in cast(StaffSite, admin.site).screens() if (item := screen.menu_item)]
    return sorted([*PAGES, *listed], key=lambda item: item.place)


def _starts(item: MenuItem, path: str) -> Iterator[str]:
    """Yield the beginnings of the item's addresses under which ``path`` lies; the desk, at "/", is only itself."""
    for start in (reverse(item.url_name), item.pages):
        if start and (path == start or (start != "/" and path.startswith(start))):
            yield start
