"""A page of 100 milestones, as a ministry's system asks for it, against one SQL statement with the same filter."""

import sys
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from importlib import import_module
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import orjson
from django.core import signing
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.models import Organisation
from accounts.policy.actors import account_actor, system_actor
from accounts.services import Credentials, create_service_account
from bench.running import PAIRS, Figure, Figures, queries, run, times_as_long, typical
from common.api.keyset import SALT

SIZES: Final = (1_000, 100_000)
MINISTRY: Final = "minenergy"
ADDRESS: Final = "/api/v1/milestones/"

# What the page says, in one statement: what one would write by hand, knowing the tables and who asks
STATEMENT: Final = """
SELECT m.uid, r.reference, a.code, m.number, m.mechanism::text,
       (SELECT p.code FROM programme_project p WHERE p.id = m.project_id),
       m.completed_on, d.number, v.illustrative,
       s.uid, s.number, s.title::text,
       m.original_due_on, m.original_precision, m.due_on, m.precision, m.review_every,
       e.executors::text, e.forecast_on
FROM roadmaps_milestone m
JOIN roadmaps_roadmap r ON r.id = m.road_map_id
JOIN accounts_workinggroup g ON g.id = r.group_id
JOIN programme_priorityarea a ON a.group_id = g.id
JOIN roadmaps_measure s ON s.id = m.measure_id
LEFT JOIN roadmaps_roadmapversion d ON d.id = m.dropped_in_id
LEFT JOIN LATERAL (
    SELECT illustrative FROM roadmaps_roadmapversion WHERE road_map_id = m.road_map_id ORDER BY number DESC LIMIT 1
) v ON true
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
               'organisation', o.code, 'name', n.name, 'side', x.side, 'role', x.role,
               'part', x.part, 'forecast_on', x.forecast_on) ORDER BY x.position, x.id) AS executors,
           max(x.forecast_on) AS forecast_on
    FROM roadmaps_assignment x
    JOIN accounts_organisation o ON o.id = x.organisation_id
    LEFT JOIN LATERAL (
        SELECT name FROM accounts_organisationname
        WHERE organisation_id = o.id AND (valid_from IS NULL OR valid_from <= CURRENT_DATE)
        ORDER BY valid_from DESC NULLS LAST LIMIT 1
    ) n ON true
    WHERE x.milestone_id = m.id AND x.dropped_in_id IS NULL
) e ON true
WHERE m.dropped_in_id IS NULL AND m.due_on IS NOT NULL {after}
  AND (g.lead_uz_id = ANY(%(keys)s) OR g.lead_kr_id = ANY(%(keys)s) OR EXISTS (
      SELECT 1 FROM roadmaps_assignment y WHERE y.milestone_id = m.id AND y.organisation_id = ANY(%(keys)s)))
ORDER BY m.due_on, m.id LIMIT 100
"""
NAMES: Final = (
    "uid", "road_map", "area", "number", "mechanism", "project", "completed_on", "dropped_in", "illustrative",
    "measure_uid", "measure_number", "measure_title", "first_due_on", "first_precision", "due_on", "precision",
    "review_every", "executors", "forecast_on",
)  # fmt: skip
JSON: Final = [NAMES.index(name) for name in ("mechanism", "measure_title", "executors")]


def by_hand(keys: list[int], after: tuple[object, int] | None) -> bytes:
    """Return the same rows as JSON by one statement."""
    beyond = "" if after is None else "AND (m.due_on, m.id) > (%(due_on)s, %(id)s)"
    asked: dict[str, Any] = {"keys": keys} | ({} if after is None else {"due_on": after[0], "id": after[1]})
    rows = []
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT.format(after=beyond), asked)
        for values in cursor.fetchall():
            cells = list(values)
            for at in JSON:
                cells[at] = orjson.Fragment(cells[at])
            rows.append(dict(zip(NAMES, cells, strict=True)))
    return orjson.dumps(rows)


def measure() -> Figures:
    found: Figures = []
    for size in SIZES:
        fill(size)
        found += [replace(figure, name=f"{figure.name}, {size:,} milestones") for figure in page(size)]
        call_command("flush", interactive=False, verbosity=0)
    return found


def fill(size: int) -> None:
    call_command("load_programme", verbosity=0, stdout=sys.stderr)
    call_command("make_scale_data", milestones=size, stdout=sys.stderr)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def page(size: int) -> Figures:
    """Measure a whole request against the statement, first and halfway down, and count its queries."""
    by = system_actor("bench")
    ministry = Organisation.objects.get(code=MINISTRY)
    made = create_service_account(organisation=ministry, name="bench", scopes=["read"], by=by)
    keys = sorted(account_actor(made.account).own_and_answering())
    ask = asking(made)
    found: Figures = []
    middle = halfway(ask)
    if middle:
        deep = times_as_long(partial(ask, middle), partial(ask, ADDRESS))
        found.append(Figure("halfway down / first page", deep, "ratio", PAIRS, target=1.3))
    # of a few pages the middle is no place of its own
    for place, address in [("first page", ADDRESS)] + ([("halfway down", middle)] if middle else []):
        cursor = dict(parse_qsl(urlsplit(address).query)).get("cursor")
        after = signing.loads(cursor, salt=SALT)[1:] if cursor else None
        answered = [row["uid"] for row in orjson.loads(ask(address))["results"]]
        if answered != [row["uid"] for row in orjson.loads(by_hand(keys, after))]:
            raise AssertionError(f"The two do not read the same {place}.")
        ratio = times_as_long(partial(ask, address), partial(by_hand, keys, after))
        found += [
            Figure(f"{place}: request / statement", ratio, "ratio", PAIRS, target=1.5),
            Figure(f"{place}: request", typical(partial(ask, address)) * 1000, "ms"),
            Figure(f"{place}: request", queries(partial(ask, address)), "queries", n=1, target=6),
        ]
    return found


def asking(made: Credentials) -> Callable[[str], bytes]:
    """Return a function that makes one whole request, through every middleware, with the account's token."""
    import_module("partnership.wsgi")  # as the web server loads it
    client = Client()
    basic = b64encode(f"{made.account.client_id}:{made.secret}".encode()).decode()
    told = client.post(
        "/oauth/token/", {"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {basic}"}
    )
    bearer = {"Authorization": f"Bearer {told.json()['access_token']}"}

    def ask(address: str) -> bytes:
        response = client.get(address, headers=bearer)
        if response.status_code != HTTPStatus.OK:
            raise AssertionError(response.content.decode())
        return bytes(response.content)

    return ask


def halfway(ask: Callable[[str], bytes]) -> str | None:
    """Return the address of a page in the middle of the list; None where there are too few pages."""
    addresses, following = [], f"{ADDRESS}?page_size=100"
    while following:
        addresses.append(following)
        following = orjson.loads(ask(following))["next"]
    return addresses[len(addresses) // 2] if len(addresses) > 4 else None


if __name__ == "__main__":
    sys.exit(run("api_page", measure))
