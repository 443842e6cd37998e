"""Admin screen for stages; notices and messages have pages of their own in the desk."""

from django.contrib import admin

from accounts.web.admin_base import ScopedModelAdmin
from reminders.models import Stage


@admin.register(Stage)
class StageAdmin(ScopedModelAdmin[Stage]):
    menu_order, in_search = 70, False
    list_display = ("name", "working_days", "reach", "default")
    search_texts = ("code", "name")
    shown = ("code", "name", "working_days", "reach", "default")
    editable = ("name", "working_days", "reach")
    add_only = ("code",)
    addable = True
