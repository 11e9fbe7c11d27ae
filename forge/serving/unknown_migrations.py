"""The migrations that a database has and this version does not know: it was written by another version."""

from __future__ import annotations

from django.apps import apps
from django.db.migrations.loader import MigrationLoader


def unknown_migrations(loader: MigrationLoader) -> list[str]:
    """The migrations of our apps that the database has and this version lacks, such as `accounts.0002_tokens`."""
    applied_migrations = loader.applied_migrations or {}
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("forge.")}
    return sorted(
        f"{app}.{name}" for app, name in applied_migrations if app in ours and (app, name) not in loader.disk_migrations
    )
