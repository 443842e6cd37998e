"""A database of an earlier development version is told so in a sentence, and left as it is."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from partnership.environment import ConfigurationError

pytestmark = pytest.mark.django_db


def test_a_migration_of_ours_that_is_gone_is_a_sentence_that_says_what_to_do() -> None:
    MigrationRecorder(connection).record_applied("accounts", "0099_written_anew_since")
    with pytest.raises(ConfigurationError, match=r"accounts\.0099_written_anew_since is gone.*start again"):
        call_command("migrate", verbosity=0)


def test_what_a_library_has_dropped_is_its_own_affair() -> None:
    MigrationRecorder(connection).record_applied("oauth2_provider", "0099_written_anew_since")
    call_command("migrate", plan=True, stdout=(out := StringIO()))
    assert "Planned operations" in out.getvalue()
