"""What the frame of every page shows: the person, the navigation, the languages."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policy.actors import Actor, actor_of
from accounts.policy.questions import can, visible
from common.language import MARKS, OWN_NAMES
from desk.navigation import ShownGroup, navigation
from programme.models import PriorityArea


@dataclass(frozen=True)
class Language:
    code: str
    mark: str
    name: str
    current: bool


class Shell:
    """Read by `admin/base.html`; each part is worked out when a page first shows it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def user(self) -> User | None:
        """The signed-in person; None for a visitor and where a request failed before authentication."""
        user = getattr(self._request, "user", None)
        return user if isinstance(user, User) else None

    @property
    def _actor(self) -> Actor:
        return actor_of(self._request)

    @property
    def signed_in(self) -> bool:
        return self.user is not None

    @property
    def who(self) -> str:
        return self.user.name if self.user else ""

    @property
    def side(self) -> str:
        return self.user.side if self.user else ""

    @cached_property
    def acts_as(self) -> str:
        """Ministry of Energy, officer; or, for the holder of a seat: Ministry of Energy, co-chair of Energy."""
        memberships, seats = self._actor.memberships, self._actor.seats
        organisation = str(memberships[0].organisation) if memberships else ""
        if seats:
            role = _("%(seat)s of %(group)s") % {"seat": seats[0].get_role_display(), "group": seats[0].group}
        else:
            role = memberships[0].get_role_display() if memberships else ""
        return ", ".join(part for part in (organisation, role) if part)

    @cached_property
    def nav(self) -> list[ShownGroup]:
        return navigation(self._actor, self._request.path)

    @cached_property
    def jump(self) -> list[str]:
        """The suggestions of the search box at the top: the pages of the navigation and the areas."""
        pages = [item.text for group in self.nav for item in group.items]
        if not can(self._actor, "area.view"):
            return pages
        areas = visible(self._actor, "area.view", PriorityArea.objects.all())
        return [*pages, *(str(name) for name in areas.values_list("name", flat=True))]

    @property
    def languages(self) -> list[Language]:
        current = getattr(self._request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
        return [Language(code, MARKS[code], OWN_NAMES[code], code == current) for code, _own_name in settings.LANGUAGES]

    @property
    def here(self) -> str:
        """The address to return to after a change of language."""
        return self._request.get_full_path()

    @property
    def note(self) -> str:
        """The footer of an installation with sample accounts."""
        if not settings.DEMO:
            return ""
        return _(
            "Illustrative: the people of the sample accounts, their roles and seats, and whatever they signed are "
            "invented. Real: the decisions, figures and organisations, from the press release of 14 June 2024."
        )


def shell(request: HttpRequest) -> dict[str, Shell]:
    return {"shell": Shell(request)}
