"""The side navigation, by task: what stands in it, and who is shown it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.policy.actors import Actor
from accounts.policy.questions import can


@dataclass(frozen=True)
class Entry:
    """A page of the navigation. Without ``permission`` it is everybody's.

    ``pages``: where its records have pages of their own, the beginning of their addresses.
    """

    label: str | Promise
    url_name: str
    permission: str = ""
    pages: str = ""


Group = tuple[str | Promise, tuple[Entry, ...]]

NAVIGATION: tuple[Group, ...] = (
    ("", (Entry(_("My desk"), "desk:home"),)),
    (
        _("Follow"),
        (
            Entry(_("Programme"), "desk:programme", "indicator.view"),
            Entry(_("Areas"), "desk:areas", "area.view"),
            Entry(_("Road maps"), "desk:roadmaps", "roadmap.view"),
            Entry(_("Projects"), "admin:programme_project_changelist", "project.view", "/projects/"),
        ),
    ),
    (
        _("Agree"),
        (
            Entry(_("Proposals"), "desk:proposals", "proposal.view"),
            Entry(_("Meetings"), "admin:programme_meeting_changelist", "meeting.view", "/meetings/"),
            Entry(_("Decisions of the summit"), "admin:programme_decision_changelist", "decision.view", "/decisions/"),
        ),
    ),
    (_("Prove"), (Entry(_("Reminders"), "desk:reminders", "notice.view"),)),
    (
        _("Keep in order"),
        (
            Entry(_("Organisations"), "admin:accounts_organisation_changelist", "organisation.view", "/organisations/"),
            Entry(_("People"), "admin:accounts_user_changelist", "membership.manage"),
            Entry(_("Memberships"), "admin:accounts_membership_changelist", "membership.manage"),
            Entry(_("Seats"), "admin:accounts_seat_changelist", "group.view"),
            Entry(_("Service accounts"), "admin:accounts_serviceaccount_changelist", "service_account.manage"),
            Entry(_("Working days"), "admin:accounts_dayexception_changelist", "calendar.view"),
            Entry(_("Reminder stages"), "admin:reminders_stage_changelist", "stage.view"),
        ),
    ),
)


@dataclass(frozen=True)
class Item:
    text: str
    href: str
    current: bool


@dataclass(frozen=True)
class ItemGroup:
    """``name`` is empty for the first group."""

    name: str
    items: tuple[Item, ...]


def navigation(actor: Actor, path: str) -> list[ItemGroup]:
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
            Item(str(entry.label), reverse(entry.url_name), bool(current) and current in _starts(entry, path))
            for entry in entries
        )
        if items:
            found.append(ItemGroup(name, items))
    return found


def _starts(entry: Entry, path: str) -> Iterator[str]:
    """The beginnings of the entry's addresses under which ``path`` lies; the desk, at "/", is only itself."""
    for start in (reverse(entry.url_name), entry.pages):
        if start and (path == start or (start != "/" and path.startswith(start))):
            yield start
