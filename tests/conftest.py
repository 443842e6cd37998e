"""What every test is given."""

from collections.abc import Iterator
from uuid import uuid4

import hypothesis
import pytest
from django.test import override_settings
from pytest_django import Settings

from tests.scenarios.programme import load_programme_once

# a property that holds is no less true on a busy machine
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def _quick() -> Iterator[None]:
    """Passwords that cost nothing to check, and static files as they are in the tree."""
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        WHITENOISE_AUTOREFRESH=True,
    ):
        yield


@pytest.fixture(autouse=True)
def _empty_cache(settings: Settings) -> None:
    """A cache of its own for each test: emptying a shared Redis would take it from a test that runs beside this one."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": uuid4().hex}}


@pytest.fixture
def programme(db: None) -> None:
    """The real programme in the test database."""
    load_programme_once()
