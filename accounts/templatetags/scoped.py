"""Values on a screen of the admin, as far as their reader may follow them."""

from typing import Any

from django import template
from django.contrib.admin.helpers import AdminReadonlyField
from django.db.models import ForeignKey, Model
from django.template import Context
from django.utils.html import escape
from django.utils.safestring import SafeString

from accounts.policy.access import access_of
from accounts.policy.actors import actor_of
from accounts.policy.questions import can_on

register = template.Library()


@register.simple_tag(takes_context=True)
def read_only(context: Context, field: AdminReadonlyField) -> SafeString:
    """`{% read_only field %}`: the value of a read-only field; another record is a link where the reader may open it.

    The library links every record that has a form.
    """
    related = _record(field.form.instance, field.field["field"])
    if related is None or can_on(actor_of(context["request"]), access_of(type(related)).view, related):
        return SafeString(field.contents())
    return escape(related)


def _record(of: Model, name: Any) -> Model | None:
    """Return what a foreign key of that name leads to."""
    keys = {key.name for key in of._meta.fields if isinstance(key, ForeignKey)}
    found: Model | None = getattr(of, name) if name in keys else None
    return found
