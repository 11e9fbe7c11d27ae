"""Restoring a backup: all of it is read and compared before anything is replaced.

The tables are made as they were when the backup was taken, filled, and brought up to date by the migrations since.
So a backup of SQLite is restored to PostgreSQL, and one of an older version to this one. A backup from before an
upgrade is the database's own copy, which is put in place and brought up to date.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

from forge.core.blobs.store import blob_name, blob_storage, place_file
from forge.core.database.set_aside import PREFIX
from forge.core.models import Blob
from forge.datasets.removals.again import delete_again
from forge.datasets.removals.deletion_list import Deletions, in_database, list_path, read_deletions
from forge.serving.backup import database_state
from forge.serving.backup.archive import DESCRIPTION, unpack
from forge.serving.backup.create_backup import FORMAT, Description
from forge.serving.backup.database_copy import copy_in, place_copy
from forge.serving.backup.errors import BackupError, DamagedBackup
from forge.serving.backup.rows import load_lines, models_of, number_on, table_name, tables_at
from forge.serving.backup.sealing import opened
from forge.serving.tables_at_once import make_tables_at_once


@dataclass(frozen=True)
class RestoredBackup:
    """The result of a restore."""

    description: Description
    rows: int
    files: int
    set_aside: str
    """The path of the replaced database; "" if there was none."""
    missing: tuple[str, ...]
    """Digests of files that the tables need, and that neither the backup nor the store has."""
    deleted_again: int | None
    """The samples that were deleted after the backup was taken, and are again; None where nothing tells of them."""
    other_key: bool
    """Whether SECRET_KEY of the environment is another than the backup's, so that sessions and links end."""


def restore_backup(
    source: Path, now: datetime, identities: Path | None = None, *, replace: bool = False
) -> RestoredBackup:
    """Restores a backup into this installation, which no server uses meanwhile.

    Raises `BackupError` where there are data and `replace` is not given, and `DamagedBackup`; nothing has changed then.
    """
    data = Path(settings.DATA_DIR)
    database_state.name_connections()
    if (others := database_state.other_clients()) > 0:
        raise BackupError(f"{others} others are connected to the database. Stop all servers and workers first.")
    is_used = database_state.has_data()
    if is_used and not replace:
        raise BackupError(
            "This installation holds data. Restore into an empty one (another DATA_DIR, an empty database), or add "
            "--replace: the present database is then kept under another name."
        )
    with tempfile.TemporaryDirectory(dir=data, prefix="restore-") as name:
        folder = Path(name)
        try:
            with opened(source, identities) as stream:
                unpack(stream, folder)
        except OSError as error:
            raise BackupError(f"{source} could not be unpacked in {data}: {error}") from error
        description, copy = _read_description(folder), copy_in(folder)
        # The store is only added to: a file's name is its digest.
        files = _store_files(folder)
        aside = f"{PREFIX}{now:%Y%m%d_%H%M%S}"
        deletions = _deletions(is_used=is_used)
        place = database_state.set_aside(aside) if is_used else ""
        try:
            rows = _fill(folder, description) if copy is None else _place(copy)
            deleted_again = None if deletions is None else delete_again(deletions)
        except BaseException as error:
            database_state.clear_database()
            if is_used:
                database_state.undo_set_aside(aside)
            if isinstance(error, DatabaseError):
                raise BackupError(f"The database did not take the backup, and is as it was: {error}") from error
            raise
        other_key = _write_keys(folder / "keys", data)
    return RestoredBackup(description, rows, files, place, _missing_files(), deleted_again, other_key)


def _deletions(*, is_used: bool) -> Deletions | None:
    """The deletions of samples of which the data folder and the database that is replaced tell; None if neither does.

    A database may be damaged, or of an earlier version.
    """
    parts = []
    if list_path().exists():
        parts.append(read_deletions())
    if is_used:
        with suppress(DatabaseError):
            parts.append(in_database())
    return reduce(or_, parts) if parts else None


def _read_description(folder: Path) -> Description:
    try:
        read = json.loads((folder / DESCRIPTION).read_text("utf-8"))
        points = tuple((str(app), str(name)) for app, name in read.pop("migrations"))
        description = Description(**read, migrations=points)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedBackup(f"The backup does not say what it is: {error!r}.") from error
    known_migrations = MigrationLoader(None).graph.nodes
    if description.format > FORMAT or not set(points) <= set(known_migrations):
        raise BackupError(
            f"The backup was taken by Hammer Forge {description.version}, which this one cannot read: restore it with "
            "that version or a newer one."
        )
    return description


def _store_files(folder: Path) -> int:
    """Puts the stored files into the store; one with the same digest that is there already is replaced by it."""
    files = sorted((folder / "blobs").rglob("*"))
    blob_files = [file for file in files if file.is_file()]
    for file in blob_files:
        place_file(file, f"sha256:{file.name}")
    return len(blob_files)


def _fill(folder: Path, description: Description) -> int:
    """Makes the tables of then, fills them, and migrates to now."""
    if not make_tables_at_once(connection, description.migrations):
        MigrationExecutor(connection).migrate(list(description.migrations))
    models = models_of(tables_at(description.migrations))
    lines = {file.name.removesuffix(".jsonl"): file for file in (folder / "tables").glob("*.jsonl")}
    if unknown := lines.keys() - {table_name(model) for model in models}:
        raise DamagedBackup(f"The backup has tables that its version does not have: {', '.join(sorted(unknown))}.")
    with connection.constraint_checks_disabled(), transaction.atomic():
        _empty(models)
        rows = sum(_load(model, lines.get(table_name(model))) for model in models)
        connection.check_constraints()
        number_on(models)
    call_command("migrate", verbosity=0, interactive=False)
    return rows


def _place(copy: Path) -> int:
    """Makes a database's own copy the database, and migrates it to now. Answers how many rows it has."""
    place_copy(copy)
    call_command("migrate", verbosity=0, interactive=False)
    return sum(model._base_manager.count() for model in models_of(apps))


def _empty(models: Collection[type[Model]]) -> None:
    """Migrations put rows into new tables too."""
    for model in models:
        model._base_manager.all()._raw_delete(using=connection.alias)


def _load(model: type[Model], file: Path | None) -> int:
    if file is None:
        raise DamagedBackup(f"The backup lacks the table {table_name(model)}.")
    with file.open("rb") as data:
        return load_lines(model, data)


def _write_keys(keys: Path, data: Path) -> bool:
    """Writes the keys into the data folder; whether the environment names another one that signs."""
    own = data / "secret-key"
    # The environment's is nowhere but in the settings; without one these read or made the folder's.
    from_environment = not own.exists() or own.read_text("ascii") != settings.SECRET_KEY
    for file in sorted(path for path in keys.rglob("*") if path.is_file()):
        target = data / file.relative_to(keys)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.chmod(0o600)
        file.replace(target)
    return from_environment and own.read_text("ascii") != settings.SECRET_KEY


def _missing_files() -> tuple[str, ...]:
    storage = blob_storage()
    digests = Blob.objects.filter(links__isnull=False).distinct().order_by("pk").values_list("pk", flat=True)
    return tuple(digest for digest in digests.iterator() if not storage.exists(blob_name(digest)))
