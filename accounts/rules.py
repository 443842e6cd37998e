"""Rules of people, memberships and seats, on plain values."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.days import check_day
from common.errors import InvalidValue, sentence


def check_period(
    *, valid_from: date, valid_to: date | None, was_from: date | None, was_to: date | None, today: date
) -> None:
    """Refuse a year that cannot be meant, and a beginning or an end in the past, unless it was stored already.

    What has ended is given no other end. Raises: ValidationError at the field.
    """
    for name, day, was in (("valid_from", valid_from, was_from), ("valid_to", valid_to, was_to)):
        try:
            if day is not None and day != was:
                check_day(day)
        except InvalidValue as error:
            raise ValidationError({name: sentence(error)}) from error
    if valid_from != was_from and valid_from < today:
        raise ValidationError({"valid_from": _("It cannot begin before today.")})
    if was_to is not None and was_to < today and valid_to != was_to:
        raise ValidationError({"valid_to": _("It has ended. Add another.")})
    if valid_to != was_to and valid_to is not None and valid_to < today:
        raise ValidationError({"valid_to": _("It cannot end before today.")})
    if valid_to is not None and valid_to < valid_from:
        raise ValidationError({"valid_to": _("It cannot end before it begins.")})


def check_role(*, role: str, control_body: bool, coordinator: bool) -> None:
    """Allow a controller only in a control organisation, and an auditor only in a control organisation or coordinator.

    Raises: ValidationError at the field.
    """
    if role == "controller" and not control_body:
        raise ValidationError({"role": _("Only a control organisation has controllers.")})
    if role == "auditor" and not (control_body or coordinator):
        raise ValidationError({"role": _("Only a control organisation or the side’s coordinator has auditors.")})
