"""A database that does not know the capitals of Cyrillic is refused with a sentence, before anything is written."""

from collections.abc import Iterator

import pytest
from django.db import connection, connections
from django.db.utils import DatabaseError

from partnership.database_role import refuse_foreign_letters
from partnership.environment import ConfigurationError

pytestmark = pytest.mark.django_db


def test_the_database_of_the_tests_folds_cyrillic() -> None:
    refuse_foreign_letters()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestLetters:
    @pytest.fixture
    def foreign(self) -> Iterator[str]:
        name = f"{connection.settings_dict['NAME']}_c"
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
        yield name
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}"')

    def test_one_that_does_not_is_refused(self, foreign: str, monkeypatch: pytest.MonkeyPatch) -> None:
        other = connections.create_connection("default")
        other.settings_dict = {**other.settings_dict, "NAME": foreign}
        monkeypatch.setattr("partnership.database_role.connection", other)
        try:
            with pytest.raises(ConfigurationError, match="does not fold Cyrillic"):
                refuse_foreign_letters()
        except DatabaseError as error:  # pragma: no cover
            pytest.fail(str(error))
        finally:
            other.close()
