"""Template tags for the admin's lists and inline tables: the active filters, a label for each cell."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.contrib.admin.views.main import ChangeList
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@dataclass(frozen=True)
class Chip:
    """An active filter and the address of the list without it."""

    words: str
    href: str


@register.filter
def filters_in_force(cl: ChangeList) -> list[Chip]:
    """Return each filter of a change list whose chosen value is not the first one, "All"."""
    chips = []
    for spec in cl.filter_specs:
        first, *others = spec.choices(cl)
        chips += [
            Chip(words=f"{spec.title}: {choice['display']}", href=str(first["query_string"]))
            for choice in others
            if choice["selected"]
        ]
    return chips


@register.simple_tag
def cell(field: BoundField, label: Any) -> SafeString:
    """Return a form field in a table, labelled for readers who do not see its column."""
    return field.as_widget(attrs={"aria-label": str(label)})
