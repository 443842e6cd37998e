"""People and what they are in their organisations."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any, Self, overload

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import ForOrganisation, Organisation
from accounts.models.term import InForceQuerySet, Term
from accounts.policy.access import Access
from accounts.rules import check_role
from audit.models import Audited
from common.sides import Side


@overload
def normal_password(raw: str) -> str: ...
@overload
def normal_password(raw: None) -> None: ...
def normal_password(raw: str | None) -> str | None:
    """Return a password as it is hashed (RFC 8265): NFC and plain blanks, so that every keyboard types the same one."""
    if raw is None:
        return None
    return unicodedata.normalize("NFC", re.sub("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]", " ", raw))


UNAUDITED = {"password", "last_login"}


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(Audited, AbstractBaseUser):
    """One person, on one side for good. What they may do comes from memberships and seats in force, and only from them.

    ``is_superuser`` opens no record: it reads the system's health.
    """

    email = models.EmailField(_("email"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    side = models.CharField(_("side"), max_length=2, choices=Side)
    language = models.CharField(_("language"), max_length=2, default="en")
    is_active = models.BooleanField(_("active"), default=True)
    is_superuser = models.BooleanField(_("reads the system's health"), default=False)
    illustrative = models.BooleanField(_("sample account"), default=False, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name", "side"]

    access = Access(
        view="membership.view",
        edit="membership.manage",
        administered=("memberships__organisation",),
        side="side",
        own_side=True,
        person="pk",
    )
    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "pk"]
        constraints = [models.CheckConstraint(name="user_side", condition=models.Q(side__in=Side.values))]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Return True for whoever can sign in; the policy decides what the screens show."""
        return self.is_active

    def get_short_name(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Return False: `accounts.policy.questions` decides, not Django's permissions."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(normal_password(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Try the password in its normal form, then as typed: older ones were hashed so."""
        normal = normal_password(raw_password)
        return super().check_password(normal) or (normal != raw_password and super().check_password(raw_password))

    def layer_now(self) -> str:
        return self.side

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Save, without a history row where only credentials or the last sign-in change."""
        unaudited = update_fields is not None and set(update_fields) <= UNAUDITED
        if not unaudited:
            return super().save(*args, update_fields=update_fields, **kwargs)
        self.skip_history_when_saving = True
        try:
            super().save(*args, update_fields=update_fields, **kwargs)
        finally:
            del self.skip_history_when_saving


class Role(models.TextChoices):
    READER = "reader", _("reader")
    OFFICER = "officer", _("officer")
    HEAD = "head", _("head")
    CONTROLLER = "controller", _("controller")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")


class Membership(ForOrganisation, Term):
    """One role of one person in one organisation of their side, for a period."""

    # PROTECT: people and organisations with a past are ended, not deleted
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("person"))
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=14, choices=Role)

    once_at_a_time = ("user", "organisation", "role")
    access = Access(
        view="membership.view",
        edit="membership.manage",
        administered=("organisation",),
        side="organisation__side",
        own_side=True,
        person="user",
    )
    objects = InForceQuerySet["Membership"].as_manager()

    class Meta(Term.Meta):
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["organisation", "user", "role", "valid_from"]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"

    def check_change(self, before: Self | None, today: date) -> None:
        """Refuse another person, organisation or role (that is another membership), and dates in the past."""
        if before and (before.user_id, before.organisation_id, before.role) != (
            self.user_id,
            self.organisation_id,
            self.role,
        ):
            raise ValidationError(_("End this membership and add another."))
        if self.user.side != self.organisation.side:
            raise ValidationError(
                {"organisation": _("A person belongs to one side. Choose an organisation of that side.")}
            )
        check_role(
            role=self.role,
            control_body=self.organisation.control_body,
            coordinator=self.organisation.coordinator,
        )
        self.check_term(before, today)

    def layer_now(self) -> str:
        return self.user.side
