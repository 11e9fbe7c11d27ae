"""A copy of the database that the database itself makes: no code of this version reads the tables.

Before an upgrade the tables are those of an earlier version, which the models of this one do not describe.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from forge.serving.backup.errors import BackupError, DamagedBackup

COPIES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
"""The name of a copy by the kind of database. One kind's copy cannot be restored to the other."""
_DUMP = ("--format=custom", "--no-owner", "--no-privileges", "--exclude-schema=replaced_*")
"""`replaced_*` are the schemas that a restore sets aside."""
_RESTORE = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")


def copy_database(folder: Path) -> Path:
    """Writes a copy of the database, of one moment, into a folder. Raises `BackupError`."""
    target = folder / COPIES[connection.vendor]
    if connection.vendor == "postgresql":
        _run("pg_dump", *_DUMP, f"--file={target}")
        return target
    try:
        with closing(sqlite3.connect(str(connection.settings_dict["NAME"]))) as database:
            database.execute("VACUUM INTO ?", [str(target)])
    except sqlite3.Error as error:
        raise BackupError(f"SQLite could not copy its database: {error}.") from error
    return target


def copy_in(folder: Path) -> Path | None:
    """Returns the copy that an unpacked backup has; None for one of tables. Raises `BackupError` for the other kind."""
    copies = {vendor: folder / name for vendor, name in COPIES.items() if (folder / name).exists()}
    if copies and connection.vendor not in copies:
        kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise BackupError(
            f"This backup is a copy of a {kind[next(iter(copies))]} database, and this installation uses "
            f"{kind[connection.vendor]}. Restore it to the same kind; a backup by `manage.py backup` fits both."
        )
    return copies.get(connection.vendor)


def place_copy(copy: Path) -> None:
    """Makes a copy the database, which is empty. Raises `DamagedBackup` and `BackupError`."""
    connection.close()
    if connection.vendor == "postgresql":
        _run("pg_restore", *_RESTORE, f"--dbname={connection.settings_dict['NAME']}", str(copy))
        return
    try:
        with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True)) as database:
            result = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise DamagedBackup(f"The copy of the database cannot be read: {error}.") from error
    if result != "ok":
        raise DamagedBackup(f"The copy of the database is damaged: {result}.")
    copy.chmod(0o600)
    shutil.move(copy, str(connection.settings_dict["NAME"]))


def _run(program: str, *arguments: str) -> None:
    """Runs one of PostgreSQL's programs on the database of the settings."""
    (_, *where), environment = DatabaseClient.settings_to_cmd_args_env(dict(connection.settings_dict), [])
    # The last argument names the database; pg_restore takes it as an option.
    where = where[:-1] if program == "pg_restore" else where
    try:
        process = subprocess.run(
            [program, *arguments[:-1], *where, *arguments[-1:]],
            env=os.environ | (environment or {}),
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise BackupError(
            f"{program} is missing. Install PostgreSQL's client programs, at least as new as the server "
            "(on Debian: postgresql-client)."
        ) from error
    if process.returncode:
        raise BackupError(f"{program} failed: {process.stderr.strip()}")
