"""The database at the start: whether it can be used, a backup before an upgrade, and migrations."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from forge.serving.backup.create_backup import create_upgrade_backup, remove_upgrade_backups
from forge.serving.backup.database_copy import BackupError
from forge.serving.configuration.environment import make_private
from forge.serving.start.recorded_migrations import recorded_with_their_changes
from forge.serving.unknown_migrations import unknown_migrations
from rune.wording import counted

_LOCK = 0x666F726765
"""Names the lock among all of the database's; any number does."""
BACKUPS = "backups"
"""The folder of the backups before upgrades, inside the data folder."""


UNFINISHED_FILE = "upgrade-unfinished"
"""The file in the data folder that says that an upgrade has begun and not ended."""


class DatabaseUnusable(Exception):
    """The database cannot be used; the text says why and what to do."""


def migrate_if_needed() -> bool:
    """Applies what is missing, after a backup, and says whether anything was. The data folder is made first.

    Raises `DatabaseUnusable`.
    """
    make_private(settings.DATA_DIR)
    try:
        with _alone():
            executor = MigrationExecutor(connection)
            if unknown := unknown_migrations(executor.loader):
                raise DatabaseUnusable(_of_another_version(unknown))
            # One that was killed may have applied all migrations, and not what follows them.
            is_unfinished = _unfinished_file().exists()
            if not is_unfinished and not executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return False
            # The backup of an upgrade that was killed is the one to go back to: another would push it out.
            if executor.loader.applied_migrations and not is_unfinished:
                _back_up()
            _unfinished_file().touch(mode=0o600)
            with recorded_with_their_changes():
                call_command("migrate", verbosity=0, interactive=False)
            _unfinished_file().unlink()
            return True
    except DatabaseError as error:
        raise DatabaseUnusable(_reason(error)) from error


def is_up_to_date() -> bool:
    """Returns whether the database has the tables of this version."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def check_database() -> None:
    """Looks through SQLite's file if the last server did not end by itself. Raises `DatabaseUnusable`."""
    log = Path(str(connection.settings_dict["NAME"]) + "-wal")
    if connection.vendor == "sqlite" and log.exists() and (problem := damage()) is not None:
        raise DatabaseUnusable(_damage_text(problem))


def damage() -> str | None:
    """Returns SQLite's report of damage in its file; None for a sound one, a missing one, and another database."""
    path = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor != "sqlite" or not path.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            result: str = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if result == "ok" else result


def _unfinished_file() -> Path:
    """A file that is there while migrations are applied, also after a kill."""
    return Path(settings.DATA_DIR) / UNFINISHED_FILE


def _back_up() -> None:
    """The database and the keys as they are before the upgrade. Stored files do not change, and stay in the store."""
    count = settings.ENVIRONMENT.upgrade_backups
    if not count:
        return
    folder = Path(settings.DATA_DIR) / BACKUPS
    try:
        make_private(folder)
        remove_upgrade_backups(folder, count)
        create_upgrade_backup(folder / f"before-upgrade-{timezone.now():%Y%m%d-%H%M%S}")
        remove_upgrade_backups(folder, count)
    except (BackupError, OSError) as error:
        raise DatabaseUnusable(
            f"The database was not upgraded, because the backup before it failed. {error}\n"
            "To upgrade without one, set UPGRADE_BACKUPS=0."
        ) from error


def _reason(error: DatabaseError) -> str:
    problem = damage()
    return _damage_text(problem) if problem else f"The database cannot be used: {error}"


def _of_another_version(unknown: Sequence[str]) -> str:
    more = f" and {counted(len(unknown) - 1, 'other')}" if len(unknown) > 1 else ""
    return (
        f"The data folder {settings.DATA_DIR} is of another version of Hammer Forge: its database has the migration "
        f"{unknown[0]}{more}, which this version does not know. Nothing was changed.\n"
        "To move your projects to this version:\n"
        "1. Start the version that made the folder. In each project, open Versions and press With history to download "
        "an archive.\n"
        "2. Start this version with an empty data folder (DATA_DIR=...). Press New project and upload each archive."
    )


def _damage_text(problem: str) -> str:
    folder = Path(settings.DATA_DIR)
    return (
        f"The database {connection.settings_dict['NAME']} is damaged: {problem.strip()}\n"
        "Move this file, and those beside it whose names begin like it, to another folder. Then restore the last "
        "backup:\n\n    .venv/bin/python manage.py restore FOLDER\n\n"
        f"Backups from before upgrades are in {folder / BACKUPS}. Without a backup, SQLite's own `.recover` saves what "
        "can be read. A damaged file usually means a failing disk."
    )


@contextmanager
def _alone() -> Iterator[None]:
    """Lets several processes that start at once go one after another, such as a first start and `make link` beside
    it."""
    if connection.vendor != "postgresql":
        folder = os.open(settings.DATA_DIR, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
