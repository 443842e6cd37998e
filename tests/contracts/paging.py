"""Walking a list: everything once, in order, whatever is written meanwhile; and cursors that are none of ours."""

import time
from typing import Any, ClassVar

import pytest
from django.core import signing
from django.db.models import Model, Q, QuerySet

from accounts.policy.actors import system_actor
from audit.acting import acting
from common.api.keyset import LIFE, SALT
from partnership.api import RESOURCES
from tests.scenarios.api import COORDINATOR, World


class Paging:
    path: ClassVar[str]
    table: ClassVar[type[Model]]
    key: ClassVar[str] = "code"
    present: ClassVar[Q] = Q()
    orderings: ClassVar[tuple[str, ...]]
    stable_by: ClassVar[str]

    def added(self, *, first: bool) -> Model:
        """One more record, saved, that comes before or after all others in the order ``stable_by``."""
        raise NotImplementedError

    # what the tests ask

    @classmethod
    def viewset(cls) -> Any:
        return RESOURCES[cls.path]

    @classmethod
    def rows(cls) -> QuerySet[Any]:
        return cls.table._default_manager.filter(cls.present)

    @classmethod
    def key_of(cls, row: Model) -> str:
        return str(getattr(row, cls.key))

    @classmethod
    def address(cls, row: Model) -> str:
        return f"/api/v1/{cls.path}/{cls.key_of(row)}/"

    def in_order(self, ordering: str) -> list[str]:
        """The keys as a list must give them: sorted here, not by the database."""
        column, down = ordering.removeprefix("-"), ordering.startswith("-")
        valued = [row for row in self.rows() if getattr(row, column) is not None]
        valued.sort(key=lambda row: (getattr(row, column), row.pk), reverse=down)
        without = [row for row in self.rows() if getattr(row, column) is None]
        without.sort(key=lambda row: row.pk, reverse=down)
        return [self.key_of(row) for row in [*valued, *without]]

    @pytest.mark.parametrize("size", [1, 2, 7])
    def test_walking_gives_every_record_once_and_in_order(self, world: World, size: int) -> None:
        assert self.viewset().orderings == self.orderings
        for ordering in (sign + column for column in self.orderings for sign in ("", "-")):
            pages = list(world.pages(COORDINATOR, self.path, ordering=ordering, page_size=str(size)))
            assert [len(page) for page in pages[:-1]] == [size] * (len(pages) - 1) and 0 < len(pages[-1]) <= size
            assert [row[self.key] for page in pages for row in page] == self.in_order(ordering), ordering

    def test_walking_is_stable_while_rows_are_added(self, world: World) -> None:
        before = self.in_order(self.stable_by)
        pages = world.pages(COORDINATOR, self.path, ordering=self.stable_by, page_size="2")
        walked = next(pages)
        with acting(system_actor("tests").act):
            self.added(first=True)
            last = self.key_of(self.added(first=False))
        walked += [row for page in pages for row in page]
        assert [row[self.key] for row in walked] == [*before, last]

    def test_a_cursor_is_good_for_its_own_list_and_reader_only(self, world: World) -> None:
        mine = world.cursor(COORDINATOR, self.path)
        elsewhere = world.cursor(COORDINATOR, next(path for path in RESOURCES if path != self.path))
        refused = {
            "other ordering": {"cursor": mine, "ordering": f"-{self.orderings[0]}"},
            "other question": {"cursor": mine, "lang": "en"},
            "other list": {"cursor": elsewhere},
            "other reader": {"cursor": world.cursor("controller of uz", self.path)},
            "garbage": {"cursor": "garbage"},
            "NUL": {"cursor": "\x00"},
            "cut": {"cursor": mine[:-1]},
            "too old": {"cursor": _signed_ago(mine, LIFE.total_seconds() + 60)},
        }
        for what, asked in refused.items():
            response = world.get(COORDINATOR, f"/api/v1/{self.path}/", **asked)
            assert response.status_code == 400, what
            assert [place["field"] for place in response.json()["errors"]] == ["cursor"], what
        still_good = {"cursor": _signed_ago(mine, LIFE.total_seconds() - 60), "page_size": "3"}
        assert world.get(COORDINATOR, f"/api/v1/{self.path}/", **still_good).status_code == 200


def _signed_ago(cursor: str, seconds: float) -> str:
    """The same cursor, as it would have been signed at a time past."""

    class Earlier(signing.TimestampSigner):
        def timestamp(self) -> str:
            return signing.b62_encode(int(time.time() - seconds))

    return Earlier(salt=SALT).sign_object(signing.loads(cursor, salt=SALT))
