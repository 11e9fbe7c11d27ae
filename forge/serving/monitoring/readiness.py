"""`/readyz`: whether this process can do its work now. `/healthz` says only that it is alive.

A balancer sends nobody to a process that is not ready; restarting it would not help.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.db import connection
from django.http import HttpRequest, JsonResponse

from forge.builds.runs.figures import stuck_for
from forge.core.database.presence import presence
from rune.wording import size_text

_log = logging.getLogger(__name__)

MIN_FREE_BYTES = 128 * 1024 * 1024
"""Bytes that must be free in the data folder: a build and an upload need that."""
MAX_WAIT_WITHOUT_WORKER = timedelta(minutes=2)
"""How long a build may wait while no worker works at any."""


TIMEOUT_SECONDS = 3.0
"""Seconds for which the database is waited for: balancers ask every few seconds."""


class NotReady(Exception):
    """Something is missing; the text says what, for an operator."""


def check_database() -> None:
    """Asks the database, and does not wait for a connection as long as a page does.

    Raises `NotReady`, and what the driver raises.
    """
    if presence.is_away:
        raise NotReady("it does not answer")
    # Only PostgreSQL's connections are kept in a pool.
    if pool := getattr(connection, "pool", None):
        with pool.connection(timeout=TIMEOUT_SECONDS) as pooled_connection:
            pooled_connection.execute("SELECT 1")
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_redis(store: BaseCache) -> None:
    """Writes to the Redis that the processes share, and reads it. Raises `NotReady`, and what its driver raises."""
    store.set("ready", 1, 10)
    if store.get("ready") != 1:
        raise NotReady("Redis does not keep what is written to it")


def check_room(folder: Path, least: int = MIN_FREE_BYTES) -> None:
    """Looks how much room is left. Raises `NotReady`."""
    free = shutil.disk_usage(folder).free
    if free < least:
        raise NotReady(f"only {size_text(free)} are free in {folder}")


def check_workers() -> None:
    """Looks for a build that no worker takes; it asks the database. Raises `NotReady`."""
    wait = stuck_for()
    if wait is not None and wait > MAX_WAIT_WITHOUT_WORKER:
        raise NotReady(f"a build has waited for {wait.total_seconds():.0f} s, and no worker takes it")


CHECKS: Mapping[str, Callable[[], None]] = {
    "database": check_database,
    "redis": lambda: check_redis(cache) if settings.ENVIRONMENT.redis else None,
    "disk": lambda: check_room(Path(settings.DATA_DIR)),
    "workers": check_workers,
}
READ_FROM_DATABASE = frozenset({"workers"})
"""Checks that could only wait for the database as well."""


def problems(checks: Mapping[str, Callable[[], None]]) -> dict[str, str]:
    """Returns the missing parts, by name; empty when all are present. One that fails hides none of the others.

    What is read from the database is not asked where that does not answer.
    """
    problems_by_name: dict[str, str] = {}
    for name, check in checks.items():
        if name in READ_FROM_DATABASE and "database" in problems_by_name:
            continue
        try:
            check()
        except NotReady as reason:
            problems_by_name[name] = str(reason)
        except Exception as error:
            # Addresses and passwords may be in the text of a driver's error.
            problems_by_name[name] = f"does not answer ({type(error).__name__})"
    return problems_by_name


def readiness(request: HttpRequest) -> JsonResponse:
    """200 when this process can work, else 503; the reasons are named by kind, and told to operators in the log.

    `?exclude=workers` leaves a check out: without workers no build is done, but pages are served.
    """
    excluded_checks = set(request.GET.getlist("exclude"))
    failures = problems({name: check for name, check in CHECKS.items() if name not in excluded_checks})
    body: dict[str, Any] = {"ready": not failures, "problems": sorted(failures)}
    if failures:
        _log.warning("Not ready: %s", "; ".join(f"{name}: {reason}" for name, reason in failures.items()))
    return JsonResponse(body, status=503 if failures else 200)
