"""The side navigation, by task: what stands in it, and who is shown it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.policy.actors import Actor
from accounts.policy.questions import can


@dataclass(frozen=True)
class Link:
    """A page of the navigation. Without ``permission`` it is everybody's.

    ``pages``: where its records have pages of their own, the beginning of their addresses.
    """

    label: str | Promise
    url_name: str
    permission: str = ""
    pages: str = ""


NavGroup = tuple[str | Promise, tuple[Link, ...]]

NAVIGATION: tuple[NavGroup, ...] = (
    ("", (Link(_("My desk"), "desk:home"),)),
    (
        _("Follow"),
        (
            Link(_("Programme"), "desk:programme", "indicator.view"),
            Link(_("Areas"), "desk:areas", "area.view"),
            Link(_("Road maps"), "desk:roadmaps", "roadmap.view"),
            Link(_("Projects"), "admin:programme_project_changelist", "project.view", "/projects/"),
        ),
    ),
    (
        _("Agree"),
        (
            Link(_("Proposals"), "desk:proposals", "proposal.view"),
            Link(_("Meetings"), "admin:programme_meeting_changelist", "meeting.view", "/meetings/"),
            Link(_("Decisions of the summit"), "admin:programme_decision_changelist", "decision.view", "/decisions/"),
        ),
    ),
    (_("Activity"), (Link(_("Reminders"), "desk:reminders", "notice.view"),)),
    (
        _("Administration"),
        (
            Link(_("Organisations"), "admin:accounts_organisation_changelist", "organisation.view", "/organisations/"),
            Link(_("People"), "admin:accounts_user_changelist", "membership.manage"),
            Link(_("Memberships"), "admin:accounts_membership_changelist", "membership.manage"),
            Link(_("Seats"), "admin:accounts_seat_changelist", "group.view"),
            Link(_("Service accounts"), "admin:accounts_serviceaccount_changelist", "service_account.manage"),
            Link(_("Working days"), "admin:accounts_dayexception_changelist", "calendar.view"),
            Link(_("Reminder stages"), "admin:reminders_stage_changelist", "stage.view"),
        ),
    ),
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
    """What the actor may open, with the item that ``path`` lies under marked; groups that stay empty are left out."""
    groups = [
        (str(name), [entry for entry in entries if not entry.permission or can(actor, entry.permission)])
        for name, entries in NAVIGATION
    ]
    # the longest beginning counts, so that a page under another one is marked once
    current = max((start for _name, group in groups for entry in group for start in _starts(entry, path)), default="")
    found = []
    for name, entries in groups:
        items = tuple(
            ShownItem(str(entry.label), reverse(entry.url_name), bool(current) and current in _starts(entry, path))
            for entry in entries
        )
        if items:
            found.append(ShownGroup(name, items))
    return found


def _starts(entry: Link, path: str) -> Iterator[str]:
    """The beginnings of the entry's addresses under which ``path`` lies; the desk, at "/", is only itself."""
    for start in (reverse(entry.url_name), entry.pages):
        if start and (path == start or (start != "/" and path.startswith(start))):
            yield start
