"""Is it alive, and is it ready? For whatever starts, watches and replaces the processes.

The answers are words and counts: they need no sign-in and tell a stranger nothing.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from partnership.celery import app
from partnership.database_role import is_modest
from reminders.figures import mail_figures
from reminders.models import Heartbeat
from roadmaps.selectors import latest_agreement_check


@require_safe
@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    """200 as long as this process answers at all; it asks nothing of others."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 where all of it works, 503 where any part does not, each part by name.

    ``agreements``, ``role`` and ``mail`` are warnings only: no restart and no other host mends a row that was changed
    without both signatures, a role in the database that may do more than it must, or a mail server that refuses.
    """
    checks = {name: "ok" if _holds(check) else "failed" for name, check in CHECKS.items()}
    whole = all(result == "ok" for result in checks.values())
    warnings = {"agreements": _agreements(), "role": _role(), **_mail()}
    answer = {"status": "ok" if whole else "failed", **checks, **warnings}
    return JsonResponse(answer, status=200 if whole else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The same in the text format of Prometheus. Not for visitors: 404 to what comes through a proxy of ours."""
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT and "X-Forwarded-For" in request.headers:
        raise Http404
    lines = ["# TYPE roadmaps_part_ok gauge"]
    lines += [f'roadmaps_part_ok{{part="{name}"}} {_holds(check):d}' for name, check in CHECKS.items()]
    for name, value in _mail().items():
        if isinstance(value, int):
            lines += [f"# TYPE roadmaps_{name} gauge", f"roadmaps_{name} {value}"]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; version=0.0.4; charset=utf-8")


def _mail() -> dict[str, str | int]:
    """Return a word and the figures; unchecked where the database is away."""
    try:
        found = mail_figures(timezone.now())
    except DatabaseError:
        return {"mail": "unchecked"}
    return {
        "mail": "warning" if found.troubled else "ok",
        "mail_oldest_unsent_seconds": found.oldest,
        "mail_stuck": found.stuck,
        "mail_refused": found.refused,
    }


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except DatabaseError:
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def broker_answers() -> bool:
    """Its queue can be counted: on Redis over the network, on files in their folder."""
    with app.connection_for_write() as broker:
        failures: tuple[type[BaseException], ...] = (*broker.connection_errors, *broker.channel_errors, OSError)
        try:
            broker.ensure_connection(max_retries=1, timeout=3, reraise_as_library_errors=False)
            channel: Any = broker.default_channel
            channel.queue_declare(queue=app.conf.task_default_queue)
        except failures:
            return False
    return True


def _agreements() -> str:
    """Return ok, or warning where rows differ from what was signed, or unchecked where no check ran for two days."""
    try:
        found = latest_agreement_check(now=timezone.now())
    except DatabaseError:
        found = None
    if found is None:
        return "unchecked"
    return "warning" if found else "ok"


def _role() -> str:
    """Return ok, or warning where this process could change the tables or rewrite the events outside a demo."""
    try:
        return "ok" if settings.DEMO or is_modest() else "warning"
    except DatabaseError:
        return "unchecked"


def _worker() -> bool:
    return _beats("worker")


def _beat() -> bool:
    return _beats("beat")


def _beats(kind: str) -> bool:
    return Heartbeat.objects.fresh(timezone.now()).filter(kind=kind).exists()


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": broker_answers,
    "worker": _worker,
    "beat": _beat,
}
