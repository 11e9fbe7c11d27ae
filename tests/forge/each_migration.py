"""Each migration of the apps by itself, where the program takes many of them at once."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import StateApps

Point = tuple[str, str]
"""An app and the name of one of its migrations."""


def each_migration() -> MigrationExecutor:
    """Goes to the tables of any time, which a squashed migration passes over."""
    executor = MigrationExecutor(connection)
    loader = executor.loader = MigrationLoader(connection, replace_migrations=False)
    for key, squashed in loader.replacements.items():
        loader.graph.remove_replacement_node(key, squashed.replaces)
    return executor


def go_back(points: Sequence[Point]) -> StateApps:
    """Gives the database the tables of before, and the record that it had then; the models of then."""
    executor = each_migration()
    executor.migrate(points)
    for squashed in executor.loader.replacements:
        executor.recorder.record_unapplied(*squashed)
    return each_migration().loader.project_state(points).apps
