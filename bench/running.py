"""A scratch database beside the configured one, the median of some runs, and where figures are kept."""

import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Final

from django.db import connection
from django.test.utils import CaptureQueriesContext, setup_test_environment

RESULTS: Final = Path(__file__).with_name("results.json")
TIMES: Final = 5
PAIRS: Final = 200


@dataclass(frozen=True)
class Figure:
    """One measured value, the median of ``n`` runs; ``target`` is the most it may be, where it has a limit."""

    name: str
    value: float
    unit: str
    n: int = TIMES
    target: float | None = None


Figures = list[Figure]


def run(name: str, measure: Callable[[], Figures]) -> int:
    """Measure on a scratch PostgreSQL database, print and save the figures; return the exit code."""
    if connection.vendor != "postgresql":
        sys.stderr.write("DATABASE_URL must name a PostgreSQL database: what is measured here is PostgreSQL.\n")
        return 2
    setup_test_environment()
    own = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_{own}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        found = measure()
    finally:
        connection.creation.destroy_test_db(own, verbosity=0)
    keep(name, found)
    show(found)
    return 0


def show(found: Figures) -> None:
    """Print the figures with their limits."""
    for figure in found:
        limit = "" if figure.target is None else f"at most {figure.target:g}"
        sys.stdout.write(f"{figure.name:<64}{rounded(figure.value):>10g} {figure.unit:<9}{limit}\n")


def keep(name: str, found: Figures) -> None:
    """Write the figures into the results, beside those of the other benches."""
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    kept[name] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "on": f"{os.cpu_count()} CPUs, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}",
        "figures": [{**asdict(figure), "value": rounded(figure.value)} for figure in found],
    }
    RESULTS.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def cpu_seconds(act: Callable[[], object]) -> float:
    """Return the median CPU seconds of this process over some runs, after one that warms up."""
    act()
    times = []
    for _ in range(TIMES):
        begun = process_time()
        act()
        times.append(process_time() - begun)
    return median(times)


def seconds(act: Callable[[], object]) -> float:
    begun = perf_counter()
    act()
    return perf_counter() - begun


def typical(act: Callable[[], object]) -> float:
    """Return the median seconds of some runs, after one that warms up."""
    act()
    return median(seconds(act) for _ in range(TIMES))


def times_as_long(act: Callable[[], object], other: Callable[[], object]) -> float:
    """Return how many times longer the first takes: the median of pairs, so that other load affects both alike."""
    act()
    other()
    return median(seconds(act) / seconds(other) for _ in range(PAIRS))


def queries(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as made:
        act()
    return len(made)


def rounded(value: float) -> float:
    """Return the value with the three digits that such a figure is good for."""
    return float(f"{value:.3g}")
