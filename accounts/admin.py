"""The admin of organisations, people, groups and seats."""

from functools import partial
from typing import Any, ClassVar, Final

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import (
    DayException,
    EnrolledKey,
    Membership,
    Organisation,
    OrganisationName,
    Role,
    Seat,
    ServiceAccount,
    User,
    WorkingGroup,
)
from accounts.policy.actors import actor_of
from accounts.policy.questions import visible
from accounts.rules import check_period, check_role
from accounts.services import create_service_account, invite, save_person
from accounts.signin.encryption import cipher
from accounts.signin.keys import in_groups
from accounts.web.admin_base import ScopedModelAdmin
from accounts.web.forms import M, ScopedForm, only_one
from common.days import FIRST_PAST, DayField, DayInput
from common.sides import Side

# in the session: the primary key of a new service account, and its secret, encrypted
NEW_SECRET: Final = "new-secret"  # noqa: S105


@admin.register(Organisation)
class OrganisationAdmin(ScopedModelAdmin[Organisation]):
    menu_order, pages = 10, "/organisations/"
    list_display = ("label", "abbreviation", "side", "kind", "parent")
    list_filter = ("side", "kind")
    list_select_related = ("parent",)
    search_texts = ("code", "names__name", "names__short")
    shown = ("code", "side", "kind", "parent", "coordinator", "control_body", "named_in")
    editable = ("iati", "note")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organisation]:
        return super().get_queryset(request).prefetch_related("names", "parent__names")

    @admin.display(description=_("organisation"), ordering="code")
    def label(self, obj: Organisation) -> str:
        return str(obj)

    @admin.display(description=_("abbreviation"))
    def abbreviation(self, obj: Organisation) -> str:
        row = obj.name_row()
        return row.short if row else ""


@admin.register(OrganisationName)
class OrganisationNameAdmin(ScopedModelAdmin[OrganisationName]):
    formfield_overrides: ClassVar[Any] = {
        **ScopedModelAdmin.formfield_overrides,
        models.DateField: {"form_class": partial(DayField, first=FIRST_PAST), "widget": DayInput},
    }
    menu, in_search = None, False
    list_display = ("name", "short", "valid_from", "unconfirmed")
    list_filter = ("organisation__side", "unconfirmed")
    search_texts = ("organisation__code", "name", "short")
    shown = ("organisation",)
    editable = ("name", "short", "valid_from", "unconfirmed")
    add_only = ("organisation",)
    addable = True
    choices = {"organisation": "organisation.edit"}


class PersonForm(ScopedForm[User]):
    """That an address is taken is said without whose it is: maybe the other side's."""

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This address cannot be used. Ask the administrator of your coordinator."))
        return email


class NewPersonForm(PersonForm):
    """Adds a person with their first membership; further memberships have a screen of their own."""

    organisation = forms.ModelChoiceField(label=_("organisation"), queryset=Organisation.objects.none())
    role = forms.ChoiceField(label=_("role"), choices=Role.choices)
    valid_from = DayField(label=_("from"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_change:
            choices = visible(self.actor, "organisation.edit", Organisation.objects.all())
            self.fields["organisation"].queryset = choices.named()  # type: ignore[attr-defined]
            self.initial.setdefault("organisation", only_one(choices))
            self.initial.setdefault("valid_from", self.actor.today)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_change or not {"organisation", "role", "valid_from"} <= cleaned.keys():
            return cleaned
        organisation, role, valid_from = cleaned["organisation"], cleaned["role"], cleaned["valid_from"]
        check_role(role=role, control_body=organisation.control_body, coordinator=organisation.coordinator)
        check_period(valid_from=valid_from, valid_to=None, was_from=None, was_to=None, today=self.actor.today)
        return cleaned


@admin.register(User)
class UserAdmin(ScopedModelAdmin[User]):
    menu_order, in_search = 20, False
    step_up = True
    form = NewPersonForm
    list_display = ("name", "email", "side", "is_active")
    list_filter = ("is_active",)
    search_texts = ("name", "email")
    shown = ("email", "side", "language")
    editable = ("name", "email", "is_active")
    add_only = ("organisation", "role", "valid_from")
    addable = True

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        # a new person is active
        return fields if obj else [field for field in fields if field != "is_active"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            kwargs["form"] = PersonForm
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        data = form.cleaned_data
        if change:
            obj.row_version = data["based_on"]
            return save_person(obj, by=actor_of(request).because(data["reason"]))
        membership = invite(
            email=data["email"],
            name=data["name"],
            organisation=data["organisation"],
            role=data["role"],
            valid_from=data["valid_from"],
            by=actor_of(request).because(data["reason"]),
        )
        obj.pk = membership.user_id
        return None

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        """Say what comes next: the person has no password yet, and no email tells them."""
        words = _(
            "%(name)s was added. Tell them the address of this site: with “Forgot your password?” on its sign-in page "
            "they set their first password, by a link in an email to %(email)s."
        )
        messages.success(request, words % {"name": obj.name, "email": obj.email})
        return redirect("admin:accounts_user_changelist")


class TermForm(ScopedForm[M]):
    """Adds a membership or a seat; most begin today."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_change:
            self.initial.setdefault("valid_from", self.actor.today)


@admin.register(Membership)
class MembershipAdmin(ScopedModelAdmin[Membership]):
    menu_order, in_search = 30, False
    step_up = True
    form = TermForm
    list_display = ("user", "organisation", "role", "valid_from", "valid_to")
    list_filter = ("role",)
    list_select_related = ("user", "organisation")
    search_texts = ("user__name", "user__email", "organisation__code")
    shown = ("user", "organisation", "role", "valid_from")
    editable = ("valid_to",)
    add_only = ("user", "organisation", "role", "valid_from")
    addable = True
    choices = {"organisation": "organisation.edit", "user": "membership.manage"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).prefetch_related("organisation__names")


@admin.register(WorkingGroup)
class WorkingGroupAdmin(ScopedModelAdmin[WorkingGroup]):
    menu, in_search = None, False
    list_display = ("name", "lead_uz", "lead_kr", "unconfirmed")
    list_select_related = ("lead_uz", "lead_kr")
    search_texts = ("code", "name")
    shown = ("code", "name", "lead_uz", "lead_kr", "unconfirmed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkingGroup]:
        return super().get_queryset(request).prefetch_related("lead_uz__names", "lead_kr__names")


@admin.register(Seat)
class SeatAdmin(ScopedModelAdmin[Seat]):
    menu_order, in_search = 40, False
    step_up = True
    form = TermForm
    list_display = ("user", "group", "side", "role", "valid_from", "valid_to")
    list_filter = ("side", "role", "group")
    list_select_related = ("user", "group")
    search_texts = ("user__name", "group__name")
    shown = ("user", "group", "side", "role", "valid_from")
    editable = ("valid_to",)
    add_only = ("user", "group", "role", "valid_from")
    addable = True
    choices = {"user": "membership.manage"}


@admin.register(EnrolledKey)
class EnrolledKeyAdmin(ScopedModelAdmin[EnrolledKey]):
    menu_order, in_search = 55, False
    list_display = ("grouped", "user", "since")
    list_select_related = ("user",)
    search_texts = ("fingerprint", "user__name")
    shown = ("grouped", "user", "since")

    @admin.display(description=_("fingerprint"), ordering="fingerprint")
    def grouped(self, obj: EnrolledKey) -> str:
        return in_groups(obj.fingerprint)


@admin.register(DayException)
class DayExceptionAdmin(ScopedModelAdmin[DayException]):
    menu_order, menu_label, in_search = 60, _("Working days"), False
    list_display = ("day", "side", "kind", "note")
    list_filter = ("side", "kind")
    search_texts = ("note",)
    shown = ("side", "day")
    editable = ("kind", "note")
    add_only = ("side", "day")
    addable = True

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the own side only."""
        if db_field.name == "side":
            side = Side(actor_of(request).side)
            kwargs |= {"choices": [(side.value, side.label)], "initial": side.value}
        return super().formfield_for_choice_field(db_field, request, **kwargs)


class ServiceAccountForm(ScopedForm[ServiceAccount]):
    """The scopes of a partner system, and whether it is revoked."""

    scopes = forms.MultipleChoiceField(
        label=_("permissions"),
        choices=list(settings.OAUTH2_PROVIDER["SCOPES"].items()),
        widget=forms.CheckboxSelectMultiple,
    )
    revoked = forms.BooleanField(
        label=_("revoked"), required=False, help_text=_("Its tokens stop working at once, and it gets no new ones.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True  # the library's column may be blank
        if self.is_change:
            self.initial.setdefault("revoked", self.instance.revoked_at is not None)
        else:
            del self.fields["revoked"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_change and cleaned.get("revoked") != (self.instance.revoked_at is not None):
            self.instance.revoked_at = timezone.now() if cleaned["revoked"] else None
        return cleaned


@admin.register(ServiceAccount)
class ServiceAccountAdmin(ScopedModelAdmin[ServiceAccount]):
    menu_order, in_search = 50, False
    step_up = True
    form = ServiceAccountForm
    view_on_site = False
    list_display = ("name", "organisation", "allowed", "revoked_at")
    list_select_related = ("organisation",)
    search_texts = ("name", "organisation__code")
    shown = ("organisation", "client_id")
    editable = ("name", "scopes", "revoked")
    add_only = ("organisation",)
    addable = True
    choices = {"organisation": "organisation.edit"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[ServiceAccount]:
        return super().get_queryset(request).prefetch_related("organisation__names")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        return fields if obj else [field for field in fields if field != "revoked"]

    @admin.display(description=_("permissions"))
    def allowed(self, obj: ServiceAccount) -> str:
        return ", ".join(obj.scopes)

    def save_model(self, request: HttpRequest, obj: ServiceAccount, form: Any, change: bool) -> None:
        if change:
            return super().save_model(request, obj, form, change)
        data = form.cleaned_data
        made = create_service_account(
            organisation=data["organisation"],
            name=data["name"],
            scopes=data["scopes"],
            by=actor_of(request).because(data["reason"]),
        )
        # as it was made, and not saved again
        obj.pk, obj.client_id = made.account.pk, made.account.client_id
        # for the next page alone: in the session's row, written in the same transaction, so it is encrypted
        request.session[NEW_SECRET] = [obj.pk, cipher().encrypt(made.secret.encode()).decode()]
        request.session.save()
        return None

    def response_add(
        self, request: HttpRequest, obj: ServiceAccount, post_url_continue: str | None = None
    ) -> HttpResponse:
        return redirect("admin:accounts_serviceaccount_change", obj.pk)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show the secret of an account that has just been added, once."""
        kept, account = request.session.get(NEW_SECRET), context["original"]
        if kept and account and kept[0] == account.pk:
            del request.session[NEW_SECRET]
            context["secret"] = cipher().decrypt(kept[1].encode()).decode()
        return super().render_change_form(request, context, *args, **kwargs)
