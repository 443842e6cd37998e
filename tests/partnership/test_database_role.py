"""The application's role in PostgreSQL does all that the product does, and can rewrite nothing that is on record.

The roles are made by the compose file's own script; a test acts as the application's by SET ROLE.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Organisation, User
from accounts.policy.actors import system_actor
from accounts.services import create_service_account
from audit.models import Event
from partnership.database_role import is_append_only, is_modest, is_superuser, privileges, refuse_superuser
from partnership.environment import ConfigurationError
from reminders.models import Heartbeat
from reminders.services import record_heartbeat
from reminders.tasks import sweep
from roadmaps.models import Milestone
from tests.partnership.processes import PRODUCTION, run
from tests.partnership.roles import Roles
from tests.scenarios.api import ask_token, basic
from tests.scenarios.people import person
from tests.scenarios.signing import Group, due

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles"),
    pytest.mark.usefixtures("programme"),
]

APP = "the_application"
PASSWORD = "a long enough password"


@pytest.fixture
def app(db: None) -> str:
    """A role with the privileges of the application, gone with the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {APP}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {APP}")
    call_command("grant_privileges", APP)
    return APP


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        if isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
            return True
        raise
    return False


def tables() -> set[str]:
    return set(connection.introspection.table_names())


def test_the_product_works_as_the_application(app: str, mailoutbox: list[object]) -> None:
    with acting_as(app):
        group = Group()
        group.adopt()
        group.amend(due(date(2027, 5, 1)))
        assert Milestone.objects.filter(road_map__reference="RM-07").exists()

        user = person("officer", "minenergy")
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        browser = Client()
        assert browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
        for page in ("/", "/programme/", "/road-maps/RM-07/", "/reminders/", "/admin/accounts/membership/"):
            assert browser.get(page).status_code in (200, 404), page
        browser.post("/accounts/logout/")

        koica = Organisation.objects.get(code="koica")
        made = create_service_account(organisation=koica, name="S", scopes=["read"], by=system_actor("tests"))
        assert ask_token(basic(made.account.client_id, made.secret)).status_code == 200

        record_heartbeat(kind=Heartbeat.Kind.WORKER, now=timezone.now() - timedelta(days=30))
        record_heartbeat(kind=Heartbeat.Kind.BEAT, now=timezone.now())
        sweep()
        call_command("check_agreements")
        call_command("clearsessions")
        assert "role" in Client().get("/readyz").json()
    assert Event.objects.filter(kind="signed in", subject=user.email).exists()


def test_history_and_events_are_added_to_and_never_rewritten(app: str) -> None:
    kept = {model._meta.db_table for model in apps.get_models() if is_append_only(model)}
    assert len(kept) > 20 and Event._meta.db_table in kept
    before = Event.objects.count()
    with acting_as(app):
        for table in kept:
            for statement in (f"UPDATE {table} SET act_name = 'X'", f"DELETE FROM {table}"):  # noqa: S608
                assert refused(statement), statement
    assert Event.objects.count() == before


def test_no_table_is_emptied_altered_dropped_or_guarded_anew(app: str) -> None:
    with acting_as(app):
        for table in tables():
            for statement in (
                f"TRUNCATE {table}",
                f"DROP TABLE {table}",
                f"ALTER TABLE {table} ADD COLUMN extra integer",
                f"ALTER TABLE {table} DISABLE TRIGGER ALL",
                f"CREATE INDEX ON {table} ((1))",
            ):
                assert refused(statement), statement
        assert refused("CREATE TABLE extra (id integer)")
        assert refused("CREATE FUNCTION extra() RETURNS integer LANGUAGE sql AS 'SELECT 1'")
        with connection.cursor() as cursor:
            cursor.execute(f"GRANT ALL ON {Event._meta.db_table} TO {APP}")  # a warning: it has nothing to give
        assert refused(f"DELETE FROM {Event._meta.db_table}")  # noqa: S608


def test_what_has_a_history_is_not_deleted(app: str) -> None:
    with acting_as(app):
        for model in (User, Membership, Organisation, Milestone):
            assert refused(f"DELETE FROM {model._meta.db_table}")  # noqa: S608


def test_every_table_is_named_and_a_table_that_is_not_is_closed(app: str) -> None:
    assert tables() - set(privileges()) <= {"cache"}
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE of_tomorrow (id integer)")
    with acting_as(app):
        assert refused("SELECT 1 FROM of_tomorrow")


def test_a_grant_that_somebody_added_is_taken_back(app: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT DELETE ON audit_event TO {app}")
    call_command("grant_privileges", app)
    with acting_as(app):
        assert refused("DELETE FROM audit_event")


def test_a_role_that_is_not_there_is_a_sentence(app: str) -> None:
    with pytest.raises(CommandError, match=r'role "nobody" does not exist'):
        call_command("grant_privileges", "nobody")


def test_only_the_application_counts_as_modest(app: str, settings: object, client: Client) -> None:
    settings.DEMO = False  # type: ignore[attr-defined]
    assert is_superuser() and not is_modest()
    assert client.get("/readyz", headers={"Host": "localhost"}).json()["role"] == "warning"
    with pytest.raises(ConfigurationError, match="superuser"):
        refuse_superuser()
    with acting_as(app):
        assert not is_superuser() and is_modest()
        assert client.get("/readyz", headers={"Host": "localhost"}).json()["role"] == "ok"
        refuse_superuser()
    settings.DEMO = True  # type: ignore[attr-defined]
    refuse_superuser()


@pytest.mark.parametrize(
    "more",
    [
        "GRANT UPDATE (act_name) ON accounts_historicaluser TO {app}",
        "GRANT DELETE ON roadmaps_historicalsignature TO {app}",
        "ALTER SCHEMA public OWNER TO {app}",  # whoever owns a schema drops its tables
        "ALTER ROLE {app} CREATEROLE",
        "GRANT pg_write_all_data TO {app}",
        "ALTER ROLE {app} NOINHERIT; CREATE ROLE its_owner; GRANT its_owner TO {app};"
        " ALTER TABLE audit_event OWNER TO its_owner",
    ],
)
def test_a_role_that_can_come_to_rewrite_history_is_not_modest(app: str, more: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(more.format(app=app))
    with acting_as(app):
        assert not is_modest()


def test_the_web_server_does_not_start_as_a_superuser(databases: dict[str, str], tmp_path: Path) -> None:
    variables = {**PRODUCTION, "DATA_DIR": str(tmp_path), "DATABASE_URL": databases["DATABASE_URL"]}
    done = run(("-c", "import partnership.wsgi"), variables)
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1].startswith("DATABASE_URL: this role of PostgreSQL is a superuser")


def test_the_script_can_be_run_again_and_gives_the_database_to_the_owner(
    roles: Roles, databases: dict[str, str]
) -> None:
    made = {
        "DATABASE_OWNER": "roadmaps_owner", "DATABASE_OWNER_PASSWORD": "one",
        "DATABASE_APP": "roadmaps_app", "DATABASE_PASSWORD": "two",
    }  # fmt: skip
    app = roles.here("roadmaps_app")
    for _ in range(2):
        roles.make(databases["DATABASE_URL"], made)
        with psycopg.connect(databases["DATABASE_URL"]) as server:
            has = server.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", [app, roles.here("roadmaps_owner")])
            assert has.fetchone() == (False,)
            assert server.execute("SELECT rolconfig FROM pg_roles WHERE rolname = %s", [app]).fetchone() == (None,)
            server.execute(roles.here("GRANT roadmaps_owner TO roadmaps_app"))
            server.execute(roles.here("ALTER ROLE roadmaps_app SET search_path = pg_temp, public"))
    roles.make(databases["DATABASE_URL"], made)
    owner = roles.address(databases["DATABASE_URL"], "postgres://roadmaps_owner:one@db/roadmaps")
    with psycopg.connect(owner) as connected:
        connected.execute("CREATE TABLE mine (id integer)")
    address = roles.address(databases["DATABASE_URL"], "postgres://roadmaps_app:two@db/roadmaps")
    with psycopg.connect(address) as connected, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connected.execute("CREATE TABLE mine_too (id integer)")
