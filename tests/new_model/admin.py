from django.contrib import admin

from accounts.web.admin_base import ScopedModelAdmin
from tests.new_model.models import Visit


@admin.register(Visit)
class VisitAdmin(ScopedModelAdmin[Visit]):
    list_display = ("code", "title")
    search_texts = ("code", "title")
    shown = ("code", "organisation")
    editable = ("title",)
    add_only = ("code", "organisation")
    addable = True
