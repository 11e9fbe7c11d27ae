"""Applies migrations; quick when there are none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from forge.serving.environment import make_private

_LOCK = 0x666F726765
"""Names the lock among all of the database's; any number does."""


def migrate_if_needed() -> bool:
    """Applies what is missing and says whether anything was. The data folder is made first."""
    make_private(settings.DATA_DIR)
    with _alone():
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        call_command("migrate", verbosity=0, interactive=False)
        return True


@contextmanager
def _alone() -> Iterator[None]:
    """Of several processes that start at once, one after another; SQLite's file is one process's, or is made before."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
