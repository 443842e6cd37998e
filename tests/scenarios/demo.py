"""A demonstration in the test database, and the commands that make it."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from accounts.demo import people as demo_accounts
from accounts.models import User
from roadmaps.models import Assignment, Milestone, Proposal, Revision, RoadMapVersion, Signature


@pytest.fixture(name="directory", autouse=True)
def directory_fixture(settings: Settings, tmp_path: Path) -> Path:
    settings.DEMO, settings.DATA_DIR = True, tmp_path
    return tmp_path


def command(name: str, *arguments: str) -> list[str]:
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue().splitlines()


def person(address: str) -> User:
    return User.objects.get(email=address)


def energy() -> Proposal:
    return Proposal.objects.get(road_map__reference="RM-07")


@pytest.fixture(name="demo")
def demo_fixture(directory: Path) -> list[str]:
    return command("load_demo")


def history() -> dict[str, int]:
    models: list[Any] = [Proposal, Revision, RoadMapVersion, Signature, Milestone, Assignment]
    return {model.__name__: model.history.count() for model in models}


@pytest.fixture(name="small_demo")
def small_demo_fixture(directory: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """With the people of three groups and of the organisations that lead them only: in a tenth of the time."""
    everybody = list(demo_accounts._samples())
    groups, organisations = {"chemistry", "skills", "energy"}, {"minenergy", "uzkimyosanoat", "kia"}
    few = [
        one for one in everybody if (one.group.code in groups if one.group else one.organisation.code in organisations)
    ]
    monkeypatch.setattr(demo_accounts, "_samples", lambda: iter(few))
    return command("load_demo")
