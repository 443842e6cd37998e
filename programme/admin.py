"""The admin's lists of areas, meetings, decisions, projects and indicators."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.web.admin_base import ScopedModelAdmin
from accounts.web.menu import MenuGroup
from programme.models import Decision, Indicator, Meeting, PriorityArea, Project
from programme.models.decision import NOTHING_TO_CARRY_OUT


@admin.register(PriorityArea)
class PriorityAreaAdmin(ScopedModelAdmin[PriorityArea]):
    menu, in_search = None, False  # a page of desk lists them
    list_display = ("order", "name", "kind", "group")
    list_display_links = ("name",)
    list_select_related = ("group",)
    search_texts = ("code", "name")
    shown = ("code", "order", "kind", "name", "group", "paragraphs", "iati_sector")


@admin.register(Meeting)
class MeetingAdmin(ScopedModelAdmin[Meeting]):
    menu, menu_order, pages, in_search = MenuGroup.AGREE, 20, "/meetings/", True
    list_display = ("title", "kind", "held_on", "group")
    list_select_related = ("group",)
    search_texts = ("code", "title")
    shown = ("code", "kind", "title", "held_on", "group", "record", "record_language")


class ToCarryOutFilter(admin.SimpleListFilter):
    """Whether a decision asks for something to be done."""

    title = _("to be carried out")
    parameter_name = "to_carry_out"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Decision]) -> QuerySet[Decision]:
        nothing = Q(source_standing__in=NOTHING_TO_CARRY_OUT)
        if self.value() not in ("yes", "no", None):
            raise IncorrectLookupParameters
        return queryset.filter({"yes": ~nothing, "no": nothing}.get(self.value() or "", Q()))


@admin.register(Decision)
class DecisionAdmin(ScopedModelAdmin[Decision]):
    menu, menu_order, pages = MenuGroup.AGREE, 30, "/decisions/"
    menu_label = _("Decisions of the summit")
    list_display = ("code", "title", "area", "source_standing", "when_text", "paragraph")
    list_display_links = ("code", "title")
    list_filter = ("area", "kind", "source_standing", ToCarryOutFilter)
    list_select_related = ("area",)
    search_texts = ("code", "title")
    shown = (
        "code",
        "meeting",
        "area",
        "kind",
        "source_standing",
        "title",
        "paragraph",
        "when_text",
        "due_on",
        "done_on",
    )


@admin.register(Project)
class ProjectAdmin(ScopedModelAdmin[Project]):
    menu, menu_order, pages = MenuGroup.FOLLOW, 40, "/projects/"
    list_display = ("code", "title", "area", "source_standing")
    list_display_links = ("code", "title")
    list_filter = ("area",)
    list_select_related = ("area", "decision")
    search_texts = ("code", "title", "summary")
    shown = ("code", "area", "decision", "title", "regions")
    editable = ("summary",)

    @admin.display(description=_("status in the press release"), ordering="decision__source_standing")
    def source_standing(self, obj: Project) -> str:
        return obj.decision.get_source_standing_display() if obj.decision else "–"


@admin.register(Indicator)
class IndicatorAdmin(ScopedModelAdmin[Indicator]):
    menu, in_search = None, False  # the programme page shows them
    list_display = ("code", "title", "unit")
    search_texts = ("code", "title")
    shown = ("code", "title", "unit")
