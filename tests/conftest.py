"""What every test is given."""

import gc
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import hypothesis
import pytest
from django.test import TransactionTestCase, override_settings
from django.test.client import store_rendered_templates  # type: ignore[attr-defined]  # no part of the stubs
from django.utils import translation
from pytest_django import DjangoDbBlocker, Settings

from tests.databases import WorkerDatabases
from tests.scenarios.programme import load

# a property that holds is no less true on a busy machine
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unhurried")


ON_A_DATABASE = {"db", "transactional_db", "django_db_setup", "databases"}
"""The fixtures whose tests see the database that the suite runs on."""


@pytest.hookimpl(tryfirst=True)  # before -m chooses among the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what one suite of two has to run: tests without a database, and those of a browser."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        on_a_database = item.get_closest_marker("django_db") or fixtures & ON_A_DATABASE
        if "browser" in fixtures or not on_a_database:
            item.add_marker("one_database")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave what is imported out of every later garbage collection: a sixth of the processor time of page tests."""
    gc.collect()
    gc.freeze()


def keep_the_page(store: dict[str, Any], *args: Any, **kwargs: Any) -> None:
    """Keep the context of the page for its test, and no copy for each of the hundreds of templates within it."""
    if "context" not in store:
        store_rendered_templates(store, *args, **kwargs)


@pytest.fixture(scope="session", autouse=True)
def _quick() -> Iterator[None]:
    """Passwords that cost nothing to check, static files as they are in the tree, one context a page."""
    with (
        patch("django.test.client.store_rendered_templates", keep_the_page),
        override_settings(
            PASSWORD_HASHERS=[
                "django.contrib.auth.hashers.MD5PasswordHasher",
                "accounts.api.secrets.RandomSecretHasher",
            ],
            STORAGES={
                "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
                "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
            },
            WHITENOISE_AUTOREFRESH=True,
        ),
    ):
        yield


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """The language of a request stays active after it: the next test begins with the default again."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _empty_cache(settings: Settings) -> None:
    """A cache of its own for each test: emptying a shared Redis would take it from a test that runs beside this one."""
    own = {"KEY_PREFIX": uuid4().hex}
    settings.CACHES = {name: {**cache, **own} for name, cache in settings.CACHES.items()}


@pytest.fixture(autouse=True)
def _unhurried_api(settings: Settings) -> None:
    """On a fast machine a test asks the API more often than any partner may; `test_limits` sets limits of its own."""
    settings.API_RATES = dict.fromkeys(settings.API_RATES, 1_000_000)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[WorkerDatabases]:
    """Load the programme once a worker, and have a test that commits restore its database instead of emptying it."""
    with pytest.MonkeyPatch.context() as attributes:
        with django_db_blocker.unblock():
            databases = WorkerDatabases(load)
        attributes.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: databases.restore())
        yield databases
        with django_db_blocker.unblock():
            databases.drop()


@pytest.fixture(scope="class")
def empty_database(django_db_setup: WorkerDatabases, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """No programme, for a test or for each of a class. Its scope lets it come before the test's transaction begins."""
    with django_db_blocker.unblock(), django_db_setup.emptied():
        yield


@pytest.fixture
def programme(db: None) -> None:
    """The real programme, which is in the database of every test that does not ask for `empty_database`."""
