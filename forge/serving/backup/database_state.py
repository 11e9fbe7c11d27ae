"""The database as a whole: whether it is empty, setting it aside for another, and taking it back.

A restore replaces nothing that it cannot give back: what was there is renamed, not deleted.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection

from forge.serving.backup.errors import BackupError

_SUFFIXES = ("", "-wal", "-shm")
"""SQLite's file and the two beside it."""
APPLICATION = "hammer-forge restore"
"""The name of a restore's connections in PostgreSQL."""


def has_data() -> bool:
    """Returns whether the database holds anything that a restore would replace: a table, or a file that cannot be
    read."""
    try:
        return bool(connection.introspection.table_names())
    except DatabaseError as error:
        if connection.vendor == "sqlite":
            return True
        raise BackupError(f"The database does not answer: {error}") from error


def other_clients() -> int:
    """Returns how many others are connected. SQLite's show by the lock of the data folder."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND application_name <> %s",
            [APPLICATION],
        )
        return int(cursor.fetchone()[0])


def name_connections() -> None:
    """Lets this process's connections be told from those of others, before the first is opened."""
    if connection.vendor == "postgresql":
        options: dict[str, Any] = connection.settings_dict["OPTIONS"]
        options["application_name"] = APPLICATION
        # Its schema is renamed under it: one connection that is made anew at each step, and no pool.
        options.pop("pool", None)


def set_aside(name: str) -> str:
    """Gives the database's contents another name, and answers where they are, for a person."""
    if connection.vendor == "postgresql":
        _rename_schema("public", name)
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA public")
        return f"the schema {name} of the database"
    connection.close()
    folder = Path(settings.DATA_DIR) / name
    folder.mkdir(mode=0o700)
    for file in _files():
        if file.exists():
            file.replace(folder / file.name)
    return str(folder)


def clear_database() -> None:
    """Deletes the database's contents, of a restore that failed."""
    connection.close()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
        return
    for file in _files():
        file.unlink(missing_ok=True)


def undo_set_aside(name: str) -> None:
    """Undoes `set_aside`, after `start_anew`."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public")
        _rename_schema(name, "public")
        return
    folder = Path(settings.DATA_DIR) / name
    for file in folder.iterdir():
        file.replace(_files()[0].with_name(file.name))
    folder.rmdir()


def damage() -> str | None:
    """Returns SQLite's report of damage in its file; None for a sound one, a missing one, and another database."""
    path = _files()[0]
    if connection.vendor != "sqlite" or not path.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            result: str = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if result == "ok" else result


def _files() -> list[Path]:
    base = Path(str(connection.settings_dict["NAME"]))
    return [base.with_name(base.name + suffix) for suffix in _SUFFIXES]


def _rename_schema(old: str, new: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER SCHEMA {connection.ops.quote_name(old)} RENAME TO {connection.ops.quote_name(new)}")
