"""The base of every screen of the admin. The policy decides what it lists, opens, offers and saves."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminTextInputWidget, RelatedFieldWidgetWrapper
from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError, models
from django.forms import Field, ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, re_path
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.policy.access import Access, access_of
from accounts.policy.actors import actor_of
from accounts.policy.questions import NotAllowed, can, can_on, visible
from accounts.services import StaleEdit, save_record
from accounts.signin.step_up import require_step_up
from accounts.web.admin_list import ScopedChangeList, refuse_closed_parameters
from accounts.web.forms import EXTRA, ScopedForm, only_one
from accounts.web.history import entries
from accounts.web.menu import MenuGroup, MenuItem
from accounts.web.search import matching
from audit.models import Audited
from audit.services import record_event
from common.days import DayField, DayInput
from common.errors import InvalidValue, sentence
from common.text import EmailField, LineField, LinesField, SlugField, search_words

M = TypeVar("M", bound=Audited)


class ScopedModelAdmin(admin.ModelAdmin[M]):
    """Lists what ``access.view`` shows and edits what ``access.edit`` allows; anything else is a 404.

    - ``editable``: the fields that the form offers; the others in ``shown`` are read-only.
    - ``addable``: whether records can be added here; ``add_only`` fields are offered then alone.
    - ``choices``: permission that narrows a foreign key's choices; its model's ``view`` where none is named.
    - ``search_texts``: lookups, plain or multilingual, that the list's search box reads. The search over everything
      reads them too, unless ``in_search`` is False.
    - ``step_up``: whether saving needs a second factor used in the last five minutes, as for people and their rights.
    - ``menu``, ``menu_order``, ``menu_label``: where the list stands in the navigation, None for nowhere; its label is
      the plural of the model where none is given. ``pages``: where the addresses of its records begin.
    """

    form = ScopedForm  # type: ignore[assignment]  # of the same model, which a class attribute cannot say
    actions = None
    formfield_overrides: ClassVar[Any] = {
        models.DateField: {"form_class": DayField, "widget": DayInput},
        models.CharField: {"form_class": LineField},
        models.EmailField: {"form_class": EmailField},
        models.SlugField: {"form_class": SlugField, "widget": AdminTextInputWidget},
        models.TextField: {"form_class": LinesField},
    }
    list_per_page = 100
    show_full_result_count = False
    shown: ClassVar[tuple[str, ...]] = ()
    editable: ClassVar[tuple[str, ...]] = ()
    add_only: ClassVar[tuple[str, ...]] = ()
    addable: ClassVar[bool] = False
    step_up: ClassVar[bool] = False
    choices: ClassVar[Mapping[str, str]] = {}
    search_texts: ClassVar[tuple[str, ...]] = ()
    in_search: ClassVar[bool] = True
    menu: ClassVar[MenuGroup | None] = MenuGroup.ADMINISTRATION
    menu_order: ClassVar[int] = 100
    menu_label: ClassVar[str | Promise] = ""
    pages: ClassVar[str] = ""

    @property
    def access(self) -> Access:
        return access_of(self.model)

    @property
    def list_name(self) -> str:
        """Return what the list is called in the navigation and in the search."""
        return str(self.menu_label or capfirst(self.opts.verbose_name_plural))

    @property
    def list_url_name(self) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"

    @property
    def menu_item(self) -> MenuItem | None:
        if self.menu is None:
            return None
        return MenuItem(self.menu, self.menu_order, self.list_name, self.list_url_name, self.access.view, self.pages)

    # the addresses

    def get_urls(self) -> list[URLPattern]:
        """Return the list, the form of a new record where records can be added, and the form and history of each.

        The library's others (delete, and a redirect from a bare key) have no address.
        """
        views: list[tuple[str, Any]] = [
            (r"^$", self.changelist_view),
            (r"^(?P<object_id>[0-9]{1,19})/change/$", self.change_view),
            (r"^(?P<object_id>[0-9]{1,19})/history/$", self.history_view),
        ]
        if self.addable:
            views.append((r"^add/$", self.add_view))
        prefix = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            re_path(at, self.admin_site.admin_view(view), name=f"{prefix}_{view.__name__.removesuffix('_view')}")
            for at, view in views
        ]

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """Return the record's own page; the library's address redirects to any record of any model."""
        page = getattr(obj, "get_absolute_url", None) if self.view_on_site else None
        return page() if page else None

    # what is there

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[M]:
        return visible(actor_of(request), self.access.view, super().get_queryset(request))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ScopedChangeList

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return self.search_texts

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[M], search_term: str
    ) -> tuple[models.QuerySet[M], bool]:
        if not search_term:
            return queryset, False
        try:
            words = search_words(search_term)
        except InvalidValue as error:
            messages.error(request, sentence(error))
            return queryset.none(), False
        return matching(queryset, self.search_texts, words), False

    # who may

    def has_module_permission(self, request: HttpRequest) -> bool:
        return can(actor_of(request), self.access.view)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.access.view, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.editable) and self._may(request, self.access.edit, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.addable and can(actor_of(request), self.access.edit)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: nothing with a history is deleted."""
        return False

    def _may(self, request: HttpRequest, permission: str, obj: Any) -> bool:
        actor = actor_of(request)
        return can(actor, permission) if obj is None else can_on(actor, permission, obj)

    # the screens

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise Http404
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        try:
            refuse_closed_parameters(request)
            return super().changelist_view(request, extra_context)
        except SuspiciousOperation:
            self._record_refused_lookup(request)
            raise

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if object_id is None:
            if not self.has_view_permission(request):
                raise Http404
            saves = self.has_add_permission(request)
            if not saves:
                raise NotAllowed(self.access.edit)
        else:
            record = self._record_or_404(request, object_id)
            saves = self.has_change_permission(request, record)
            if request.method == "POST" and not saves:
                raise NotAllowed(self.access.edit, record)
        refuse_closed_parameters(request)
        if self.step_up and saves:
            # also to open the form: what is typed into it can then be saved
            require_step_up(request)
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (StaleEdit, IntegrityError):
            # someone saved between our reading and our saving: the form, read again, shows what is there now
            return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        context["conflict"] = form.conflict if form.is_bound else None
        context["show_save_and_add_another"] = False
        context["show_save_and_continue"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        record = self._record_or_404(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "object": record,
            "opts": self.opts,
            "entries": entries(record, actor_of(request)),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/object_history.html", context)

    def _record_refused_lookup(self, request: HttpRequest) -> None:
        actor = actor_of(request)
        asked = sorted(name[:100] for name in request.GET if name.isprintable())[:20]
        record_event(kind="lookup refused", act=actor.act, subject=self.opts.label, layer=actor.side, parameters=asked)

    def _record_or_404(self, request: HttpRequest, object_id: str) -> M:
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        return record

    # the form

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [*self.add_only, *self.editable, *EXTRA]
        shown = [*self.shown, *(field for field in self.editable if field not in self.shown)]
        return [*shown, *EXTRA] if self.has_change_permission(request, obj) else shown

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return []
        return [field for field in self.get_fields(request, obj) if field not in (*self.editable, *EXTRA)]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.actor = actor_of(request)
        return form

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # a record is added on its own screen, never from the form of another
            field.widget = field.widget.widget
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        related = db_field.related_model
        permission = self.choices.get(db_field.name, access_of(related).view)
        choices = visible(actor_of(request), permission, related._default_manager.all())
        kwargs["queryset"] = choices.named() if related is Organisation else choices  # type: ignore[attr-defined]
        if related is Organisation:
            kwargs["initial"] = only_one(choices)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: M, form: ModelForm[M], change: bool) -> None:
        by = actor_of(request).because(form.cleaned_data.get("reason", ""))
        if change:
            obj.row_version = cast(int, form.cleaned_data["based_on"])
        save_record(obj, by=by)

    # the audit's history is the only log

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None
