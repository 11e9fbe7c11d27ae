"""Taking a backup while people work: the tables of one moment, and then the stored files that they name."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Model, QuerySet
from django.utils import timezone

from forge.core.blobs.backup_hold import hold_blobs
from forge.core.blobs.store import blob_name, open_blob
from forge.core.database.full_disk import has_no_room
from forge.core.errors import BytesDamaged, NotFound
from forge.serving.backup.archive import CHUNK, DESCRIPTION, ArchiveWriter, archive_writer
from forge.serving.backup.database_copy import copy_database
from forge.serving.backup.errors import BackupError
from forge.serving.backup.rows import Point, applied_points, lines_of, models_of, table_name, tables_at
from forge.serving.backup.sealing import sealed
from forge.serving.lan import FOLDER
from forge.serving.local_authority import FILES
from rune import __version__

FORMAT = 1
"""Rises when an older program could not read the file."""
BLOBS = "core.blob"
HOLDS = "core.blobhold"
_UPGRADE_FOLDER = "upgrade-backup-"
"""The beginning of the name of the folder in which an upgrade copies the database."""


@dataclass(frozen=True)
class Description:
    """The description of a backup, in `backup.json`."""

    format: int
    version: str
    """The version of the program that took it."""
    created: str
    database: str
    migrations: tuple[Point, ...]
    """The last applied migration of each app: the tables are those of this moment."""
    has_files: bool


@dataclass(frozen=True)
class CreatedBackup:
    """A backup that was written."""

    tables: int
    rows: int
    files: int
    size: int
    """Bytes of the backup's file."""
    unreadable: tuple[str, ...]
    """Digests of stored files that are missing or damaged in the store; the backup cannot have them."""


def create_backup(target: Path, recipients: Sequence[str] = (), *, with_files: bool = True) -> CreatedBackup:
    """Writes a backup to a file that only its owner can read; encrypted if there are recipients.

    The server may run. A backup without files has the tables and the keys alone. Raises `BackupError`; then nothing is
    left of the file. One that was there is replaced at the end.
    """
    with _new_archive(target, recipients) as writer:
        tables, rows, files, unreadable = _write(writer, with_files)
    return CreatedBackup(tables, rows, files, target.stat().st_size, unreadable)


def create_upgrade_backup(target: Path) -> None:
    """Writes the database as it is, whatever its tables are, and the keys to a file that only its owner can read.

    Stored files do not change in an upgrade and stay in the store. Raises `BackupError`; then nothing is left of the
    file.
    """
    with (
        _new_archive(target) as writer,
        tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=_UPGRADE_FOLDER) as folder,
    ):
        _write_description(writer, applied_points(), with_files=False)
        copy = copy_database(Path(folder))
        with copy.open("rb") as data:
            writer.add(copy.name, data, copy.stat().st_size)
        _write_keys(writer)


def remove_unfinished_backups(folder: Path) -> None:
    """Removes what an upgrade left that was killed while it took its backup: it is a copy of the whole database."""
    for left in folder.glob(".before-upgrade-*"):
        left.unlink()
    for left in Path(settings.DATA_DIR).glob(f"{_UPGRADE_FOLDER}*"):
        shutil.rmtree(left)


@contextmanager
def _new_archive(target: Path, recipients: Sequence[str] = ()) -> Iterator[ArchiveWriter]:
    """Writes an archive that takes its name when it is complete."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with sealed(file, recipients) as output, archive_writer(output) as writer:
                yield writer
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except (OSError, DatabaseError) as error:
        reason = "the disk is full. Free some space, and make the backup again." if has_no_room(error) else error
        raise BackupError(f"The backup could not be written to {target}: {reason}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _write_description(writer: ArchiveWriter, points: Sequence[Point], *, with_files: bool) -> None:
    description = Description(
        FORMAT, __version__, timezone.now().isoformat(), connection.vendor, tuple(points), with_files
    )
    writer.add_bytes(DESCRIPTION, json.dumps(asdict(description), indent=2).encode() + b"\n")


def _write(writer: ArchiveWriter, with_files: bool) -> tuple[int, int, int, tuple[str, ...]]:
    points = applied_points()
    models = models_of(tables_at(points))
    _write_description(writer, points, with_files=with_files)
    hold = hold_blobs("backup") if with_files else nullcontext(lambda: None)
    with hold as renew:
        with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix="backup-") as folder:
            with _one_moment():
                tables = [(table_name(model), *_spool(model, Path(folder))) for model in models]
                digests = _linked_digests(models) if with_files else []
            for name, _, file in tables:
                with file.open("rb") as data:
                    writer.add(f"tables/{name}.jsonl", data, file.stat().st_size)
        _write_keys(writer)
        unreadable = tuple(digest for digest in digests if not _write_file(writer, digest, renew))
    return len(tables), sum(rows for _, rows, _ in tables), len(digests) - len(unreadable), unreadable


@contextmanager
def _one_moment() -> Iterator[None]:
    """All that is read here is of one moment, and holds up nobody who writes."""
    is_postgresql = connection.vendor == "postgresql"
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY" if is_postgresql else "BEGIN DEFERRED"
    with connection.cursor() as cursor:
        cursor.execute(begin)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


def _spool(model: type[Model], folder: Path) -> tuple[int, Path]:
    """A table's lines in a file, whose length a tar must know first: the count of rows and the file."""
    path, rows = folder / table_name(model), 0
    with path.open("wb") as file:
        for line in lines_of(_backed_up_rows(model)):
            file.write(line)
            rows += 1
    return rows, path


def _backed_up_rows(model: type[Model]) -> QuerySet[Model]:
    """The rows that a backup has: of blobs those that something needs, since the bytes of others may be gone. The holds
    are the backup's own.
    """
    rows = model._base_manager.all()
    if table_name(model) == HOLDS:
        return rows.none()
    return rows.filter(links__isnull=False).distinct() if table_name(model) == BLOBS else rows


def _linked_digests(models: Sequence[type[Model]]) -> list[str]:
    """The digests of the stored files that the tables of this moment need."""
    blobs = next((model for model in models if table_name(model) == BLOBS), None)
    return [] if blobs is None else list(_backed_up_rows(blobs).order_by("pk").values_list("pk", flat=True))


def _write_keys(writer: ArchiveWriter) -> None:
    """The key that signs, wherever it came from, and the certificates of `make run-lan`."""
    writer.add_bytes("keys/secret-key", settings.SECRET_KEY.encode())
    for file in (Path(settings.DATA_DIR) / FOLDER / name for name in FILES):
        if file.exists():
            writer.add_bytes(f"keys/{FOLDER}/{file.name}", file.read_bytes())


def _write_file(writer: ArchiveWriter, digest: str, renew: Callable[[], None]) -> bool:
    """Adds a stored file; False for one that is missing or is not what its digest says."""
    renew()
    try:
        # Copied aside first: damage shows at the end of the bytes, and a tar takes nothing back.
        with tempfile.SpooledTemporaryFile(max_size=8 * CHUNK) as copy, open_blob(digest) as data:
            shutil.copyfileobj(data, copy, CHUNK)
            size = copy.tell()
            copy.seek(0)
            writer.add(f"blobs/{blob_name(digest)}", copy, size)
            return True
    except (NotFound, BytesDamaged):
        return False
