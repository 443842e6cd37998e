"""The real programme in the test database."""

import pytest

from accounts.models import Organisation
from accounts.policy.actors import system_actor
from programme.loading import DATA, LOADER
from roadmaps.services import load_programme


def load_programme_once() -> None:
    """Nothing where it is loaded already."""
    if not Organisation.objects.exists():
        load_programme(directory=DATA, by=system_actor(LOADER))


@pytest.fixture
def programme(db: None) -> None:
    load_programme_once()
