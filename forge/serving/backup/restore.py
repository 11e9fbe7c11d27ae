"""Restoring a backup into an installation that does not run.

The database's own copy is put in place and brought up to date by the migrations since. The store is only added to:
a file's name is its digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from forge.core.blobs.checked_file import measure_file
from forge.core.blobs.chunks import CHUNK
from forge.core.blobs.store import blob_name, blob_storage, place_file, stage
from forge.core.models import Blob, BlobHold
from forge.datasets.removals.again import delete_again
from forge.datasets.removals.deletion_list import list_path, read_deletions
from forge.serving.backup.create_backup import BLOBS, DATABASE, KEYS
from forge.serving.backup.database_copy import BackupError, place_copy
from forge.serving.unknown_migrations import unknown_migrations


@dataclass(frozen=True)
class RestoredBackup:
    """The result of a restore."""

    created: datetime
    """The time of the backup."""
    files: int
    missing: tuple[str, ...]
    """Digests of files that the tables need, and that neither the backup nor the store has."""
    deleted_again: int | None
    """The samples that were deleted after the backup was taken, and are again; None where nothing tells of them."""
    other_key: bool
    """Whether SECRET_KEY of the environment is another than the backup's, so that sessions and links end."""


def restore_backup(source: Path) -> RestoredBackup:
    """Restores a backup into this installation, which is empty. Raises `BackupError`; then its database still is."""
    if _has_data():
        raise BackupError("This installation holds data. Restore into an empty DATA_DIR, and an empty database.")
    database = _checked_database(source)
    files = _store_files(source / BLOBS)
    try:
        place_copy(database)
        if unknown := unknown_migrations(MigrationLoader(connection)):
            raise BackupError(
                f"The backup has the migration {unknown[0]}, which this version does not know. Restore it with the "
                "version that took it, or a newer one."
            )
        call_command("migrate", verbosity=0, interactive=False)
        BlobHold.objects.all().delete()  # that of the backup, which has ended
        deleted_again = delete_again(read_deletions()) if list_path().exists() else None
    except BaseException as error:
        _clear_database()
        if isinstance(error, DatabaseError):
            raise BackupError(f"The database did not take the backup: {error}") from error
        raise
    other_key = _write_keys(source / KEYS)
    created = datetime.fromtimestamp(database.stat().st_mtime, UTC)
    return RestoredBackup(created, files, _missing_files(), deleted_again, other_key)


def _has_data() -> bool:
    """Returns whether the database holds anything: a table, or a file that cannot be read."""
    try:
        return bool(connection.introspection.table_names())
    except DatabaseError as error:
        if connection.vendor == "sqlite":
            return True
        raise BackupError(f"The database does not answer: {error}") from error


def _clear_database() -> None:
    """Deletes the contents of the database that was empty."""
    connection.close()
    if connection.vendor == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            Path(f"{connection.settings_dict['NAME']}{suffix}").unlink(missing_ok=True)
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


def _checked_database(folder: Path) -> Path:
    """Returns the newest copy of the database, compared with its name: a backup that was killed may have left two."""
    copies = sorted(folder.glob(f"{DATABASE}*"), key=lambda file: file.stat().st_mtime)
    if not copies:
        raise BackupError(f"{folder} is no backup: it has no {DATABASE}....")
    with copies[-1].open("rb") as data:
        digest = measure_file(data).digest
    if f"sha256:{copies[-1].stem.removeprefix(DATABASE)}" != digest:
        raise BackupError(f"{copies[-1]} is not what its name says: it was changed or damaged. Take an older backup.")
    return copies[-1]


def _store_files(blobs: Path) -> int:
    """Puts files into the store; one with the same digest that is there already is replaced by it."""
    files = [file for file in sorted(blobs.rglob("*")) if file.is_file()]
    for file in files:
        with file.open("rb") as data, stage(iter(partial(data.read, CHUNK), b"")) as copy:
            if copy.digest != f"sha256:{file.name}":
                raise BackupError(f"{file} is not what its name says. Remove it, and take it from an older backup.")
            place_file(copy.path, copy.digest)
    return len(files)


def _write_keys(keys: Path) -> bool:
    """Writes the keys into the data folder; whether the environment names another one that signs."""
    data = Path(settings.DATA_DIR)
    own = data / "secret-key"
    # The environment's is nowhere but in the settings; without one these read or made the folder's.
    from_environment = not own.exists() or own.read_text("ascii") != settings.SECRET_KEY
    for file in sorted(path for path in keys.rglob("*") if path.is_file()):
        target = data / file.relative_to(keys)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.touch(mode=0o600)
        target.write_bytes(file.read_bytes())
    return from_environment and own.read_text("ascii") != settings.SECRET_KEY


def _missing_files() -> tuple[str, ...]:
    storage = blob_storage()
    digests = Blob.objects.filter(links__isnull=False).distinct().order_by("pk").values_list("pk", flat=True)
    return tuple(digest for digest in digests.iterator() if not storage.exists(blob_name(digest)))
