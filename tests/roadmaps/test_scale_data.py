"""Samples of any size: the streamed rows are those that the ordinary services write, and say what they say they do."""

from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts.policy.actors import system_actor
from audit.models import Audited
from roadmaps.demo.scale import NotEmpty, make_scale_data
from roadmaps.models import Assignment, Measure, Milestone, RoadMapVersion, Section
from roadmaps.services.agreements import check_agreements

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

BY = system_actor("tests", reason="Because.")
TABLES: tuple[type[Audited], ...] = (Section, Measure, Milestone, Assignment)
# what differs from one run to the next, and does not matter
KEYS = {"history_id", "history_date", "act_request_id", "id"}
NAMES = {"milestone_id": Milestone, "measure_id": Measure, "section_id": Section}


def made(milestones: int) -> dict[str, list[dict[str, Any]]]:
    """Every row and history row of the sample, with identities in place of keys; taken back."""
    with transaction.atomic():
        list(make_scale_data(milestones=milestones, by=BY, now=timezone.now()))
        uids = {name: dict(model._default_manager.values_list("pk", "uid")) for name, model in NAMES.items()}
        uids["id"] = dict(Milestone.objects.values_list("pk", "uid"))
        found = {}
        for model in TABLES:
            for table in (model, model.history.model):
                rows = [
                    {
                        name: uids[name][value] if name in NAMES else value
                        for name, value in row.items()
                        if name not in KEYS
                    }
                    for row in table._default_manager.order_by("pk").values()
                ]
                found[table._meta.label] = sorted(rows, key=repr)
        transaction.set_rollback(True)
    return found


@pytest.mark.postgresql
def test_what_is_streamed_is_what_the_services_write(monkeypatch: pytest.MonkeyPatch) -> None:
    streamed = made(240)
    monkeypatch.setattr("roadmaps.demo.scale.connection", SimpleNamespace(vendor="another"))
    assert made(240) == streamed
    assert len(streamed["roadmaps.Milestone"]) == 240
    assert len(streamed["roadmaps.HistoricalMilestone"]) > 240  # those that are done have two


def test_the_sample_reads_as_its_versions_and_some_have_little_to_do() -> None:
    list(make_scale_data(milestones=1000, by=BY, now=timezone.now()))
    assert check_agreements(by=BY) == {}
    parts = Assignment.objects.values("organisation").annotate(n=Count("pk")).values_list("n", flat=True)
    assert list(parts).count(50) >= 4
    assert max(parts) > 90
    assert Milestone.objects.filter(completed_on__isnull=False).exists()
    assert Assignment.objects.filter(forecast_on__isnull=False, role="lead").exists()


def test_road_maps_in_force_are_left_as_they_are() -> None:
    list(make_scale_data(milestones=16, by=BY, now=timezone.now()))
    version = RoadMapVersion.objects.order_by("pk")[0]
    before = Milestone.objects.filter(road_map=version.road_map).count()
    with pytest.raises(NotEmpty):
        list(make_scale_data(milestones=16, by=BY, now=timezone.now()))
    assert Milestone.objects.filter(road_map=version.road_map).count() == before


def test_the_command_says_that_nobody_is_reminded_yet(settings: Any) -> None:
    settings.DEMO, told = True, StringIO()
    call_command("make_scale_data", milestones=3, stdout=told)
    assert "load_stages" in told.getvalue()
