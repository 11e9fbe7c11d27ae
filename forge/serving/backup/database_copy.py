"""A copy of the database that the database itself makes: no code of this version reads the tables.

Before an upgrade the tables are those of an earlier version, which the models of this one do not describe. A copy of
SQLite that this version wrote can also be restored to PostgreSQL, row by row.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, connections, transaction
from django.db.backends.postgresql.client import DatabaseClient
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import JSONField, Model, Value
from django.db.models.sql import InsertQuery

_ENDINGS = {"sqlite": ".sqlite3", "postgresql": ".dump"}
_DUMP = ("--format=custom", "--no-owner", "--no-privileges")
_RESTORE = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
_BATCH = 500
"""Rows that are held in memory at once."""
_SOURCE = "backup"
"""The name of the connection to a copy of SQLite."""


class BackupError(Exception):
    """A backup that cannot be taken or restored. The text says what happened and what to do."""


def copy_database(target: Path) -> Path:
    """Writes a copy of the database, of one moment, to a file with the ending of its kind. Raises `BackupError`."""
    target = target.with_name(target.name + _ENDINGS[connection.vendor])
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    if connection.vendor == "postgresql":
        _run("pg_dump", *_DUMP, f"--file={target}")
        return target
    try:
        with closing(sqlite3.connect(str(connection.settings_dict["NAME"]))) as database:
            database.execute("VACUUM INTO ?", [str(target)])
    except sqlite3.Error as error:
        raise BackupError(f"SQLite could not copy its database: {error}.") from error
    return target


def place_copy(copy: Path) -> None:
    """Makes a copy the database, which is empty. Raises `BackupError`."""
    connection.close()
    if copy.suffix == _ENDINGS["postgresql"]:
        if connection.vendor != "postgresql":
            raise BackupError("This backup is of PostgreSQL. Name an empty database of it in DATABASE_URL.")
        _run("pg_restore", *_RESTORE, f"--dbname={connection.settings_dict['NAME']}", str(copy))
    elif connection.vendor == "sqlite":
        shutil.copyfile(copy, str(connection.settings_dict["NAME"]))
        Path(str(connection.settings_dict["NAME"])).chmod(0o600)
    else:
        _copy_rows(copy)


def _copy_rows(copy: Path) -> None:
    """Writes each row of a copy of SQLite into new tables. Raises `BackupError` for one of another version."""
    place = {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{copy.absolute().as_uri()}?mode=ro&immutable=1"}
    source = DatabaseWrapper(connection.settings_dict | place | {"OPTIONS": {"uri": True}}, _SOURCE)
    connections[_SOURCE] = source
    call_command("migrate", verbosity=0, interactive=False)
    all_models = apps.get_models(include_auto_created=True)
    models = [each for each in all_models if each._meta.managed and not each._meta.proxy]
    try:
        migrations, own_migrations = (MigrationRecorder(each).applied_migrations() for each in (source, connection))
        if migrations.keys() != own_migrations.keys():
            raise BackupError(
                "This backup of SQLite is of another version. Restore it to SQLite, start the server once, and take "
                "the backup again: that one can be restored to PostgreSQL."
            )
        with transaction.atomic(), connection.cursor() as cursor:
            for model in models:
                model._base_manager.all()._raw_delete(using=connection.alias)  # migrations put rows into new tables
            for model in models:
                _copy_table(model)
            connection.check_constraints()
            for statement in connection.ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)
    finally:
        del connections[_SOURCE]
        source.close()


def _copy_table(model: type[Model]) -> None:
    """Inserts rows as they were: no default, time of now or signal touches them."""
    fields = model._meta.concrete_fields
    required_json = [field.attname for field in fields if isinstance(field, JSONField) and not field.null]
    rows = model._base_manager.using(_SOURCE).order_by("pk").iterator(chunk_size=_BATCH)
    while batch := list(islice(rows, _BATCH)):
        for row in batch:
            for name in required_json:
                if getattr(row, name) is None:
                    # JSON's null, since the column takes no NULL.
                    setattr(row, name, Value(None, JSONField()))
        query: Any = InsertQuery(model)
        query.insert_values(fields, batch, raw=True)
        query.get_compiler(connection=connection).execute_sql()


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
