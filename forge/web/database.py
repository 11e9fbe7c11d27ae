"""Bringing the database up to the code, quickly when there is nothing to do."""

from __future__ import annotations

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from forge.environment import make_private


def migrate_if_needed() -> bool:
    """Applies what is missing and says whether anything was. The data folder is made first."""
    make_private(settings.DATA_DIR)
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    call_command("migrate", verbosity=0, interactive=False)
    return True
