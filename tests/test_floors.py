"""The house: a floor knows only the floors below it, in the database too."""

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Field

FLOORS = {
    "common": 0,
    "audit": 1,
    "accounts": 2,
    "programme": 3,
    "roadmaps": 4,
    "reminders": 5,
    "documents": 5,
    "integrations": 5,
    "desk": 6,
    "partnership": 7,
}


def relations() -> list["Field[object, object]"]:
    models = [model for model in apps.get_models() if model._meta.app_label in FLOORS]
    fields = [field for model in models for field in (*model._meta.fields, *model._meta.many_to_many)]
    return [field for field in fields if field.is_relation]


@pytest.mark.parametrize("field", relations(), ids=str)
def test_a_relation_points_down_or_stays_on_its_floor(field: "Field[object, object]") -> None:
    assert isinstance(field.related_model, type)
    here, there = field.model._meta.app_label, field.related_model._meta.app_label
    # what comes with Django and the libraries is ground: every floor stands on it
    below = there == here or there not in FLOORS or FLOORS[there] < FLOORS[here]
    assert below, f"{field} points from {here} up to {there}"


def test_every_app_of_the_house_has_its_floor() -> None:
    ours = {app.label for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR}
    assert ours
    assert ours <= FLOORS.keys()


def test_audit_knows_people_by_plain_columns_only() -> None:
    """Deleting or renaming a person must not reach what the audit keeps."""
    assert [field for field in relations() if field.model._meta.app_label == "audit"] == []
