"""The screens of the admin, as its classes declare them."""

from collections.abc import Iterator
from typing import cast

from django.contrib import admin
from django.urls import reverse

from accounts.web.admin_site import StaffSite


def admin_pages() -> Iterator[str]:
    """The list of every screen, and its form for a new record where there is one."""
    for screen in cast(StaffSite, admin.site).screens():
        yield reverse(screen.list_url_name)
        if screen.addable:
            yield reverse(screen.list_url_name.replace("_changelist", "_add"))
