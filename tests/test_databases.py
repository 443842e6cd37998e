"""What a test commits is gone after it, and a test that asks for no programme has none."""

import pytest

from accounts.models import User
from roadmaps.models import RoadMap
from tests.databases import WorkerDatabases
from tests.scenarios.people import loner


@pytest.mark.django_db(transaction=True)
def test_a_restored_database_holds_the_programme_and_gives_the_same_numbers_again(
    django_db_setup: WorkerDatabases,
) -> None:
    numbers = set()
    for _ in range(2):
        numbers.add(loner().pk)
        django_db_setup.restore()
        assert not User.objects.exists() and RoadMap.objects.exists()
    assert len(numbers) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("empty_database")
def test_an_empty_database_holds_no_programme() -> None:
    assert not RoadMap.objects.exists()


@pytest.mark.django_db
def test_the_next_test_has_the_programme_again() -> None:
    assert RoadMap.objects.exists()
