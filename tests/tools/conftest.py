"""One real export for all that is tried on it."""

from copy import deepcopy

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.scenarios.exports import Export, made


@pytest.fixture(scope="session")
def kept(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Export:
    """Made once, nothing of it left in the database. Its tests carry the mark: else there is no test database."""
    with django_db_blocker.unblock(), transaction.atomic():
        export = made()
        transaction.set_rollback(True)
    return export


@pytest.fixture
def export(kept: Export) -> Export:
    return Export(deepcopy(kept.lines), kept.keys)
