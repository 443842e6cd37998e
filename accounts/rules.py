"""Rules of memberships and seats, on plain values."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def check_period(
    *, valid_from: date, valid_to: date | None, was_from: date | None, was_to: date | None, today: date
) -> None:
    """Nothing can be dated into the past: neither a beginning nor an end, unless it stood so already.

    Raises: ValidationError at the field.
    """
    if valid_from != was_from and valid_from < today:
        raise ValidationError({"valid_from": _("It can begin today at the earliest: nothing is dated into the past.")})
    if valid_to != was_to and valid_to is not None and valid_to < today:
        raise ValidationError({"valid_to": _("It can end today at the earliest: nothing is dated into the past.")})
    if valid_to is not None and valid_to < valid_from:
        raise ValidationError({"valid_to": _("It cannot end before it begins.")})


def check_role(*, role: str, control_body: bool, coordinator: bool) -> None:
    """A controller only in a control body, an auditor only in a control body or coordinator.

    Raises: ValidationError at the field.
    """
    if role == "controller" and not control_body:
        raise ValidationError({"role": _("Only a control body has controllers.")})
    if role == "auditor" and not (control_body or coordinator):
        raise ValidationError({"role": _("Only a control body or the side's coordinator has auditors.")})
