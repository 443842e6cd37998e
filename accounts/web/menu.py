"""The entries of the side navigation. A screen of the admin declares its own; desk adds its pages."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class MenuGroup(models.TextChoices):
    """The groups, in the order in which they are shown."""

    HOME = "home", ""
    FOLLOW = "follow", _("Follow")
    AGREE = "agree", _("Agree")
    ACTIVITY = "activity", _("Activity")
    ADMINISTRATION = "administration", _("Administration")


@dataclass(frozen=True)
class MenuItem:
    """One link. Without ``permission`` everyone has it.

    ``order`` is its place in the group; ``pages`` is where the addresses of its records begin, if they have pages.
    """

    group: MenuGroup
    order: int
    label: str | Promise
    url_name: str
    permission: str = ""
    pages: str = ""

    @property
    def place(self) -> tuple[int, int, str]:
        """Return the sort key: by group, then by order."""
        return list(MenuGroup).index(self.group), self.order, self.url_name
