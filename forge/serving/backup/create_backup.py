"""Taking a backup while people work: the database of one moment, and then the stored files that the folder lacks.

database-DIGEST.sqlite3   the database's own copy (.dump of PostgreSQL)
keys/...                  files that belong to the data folder
blobs/sha256/ab/DIGEST    stored files
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from forge.core.blobs.backup_hold import hold_blobs
from forge.core.blobs.checked_file import measure_file
from forge.core.blobs.chunks import CHUNK
from forge.core.blobs.store import blob_name, open_blob
from forge.core.database.full_disk import has_no_room
from forge.core.errors import BytesDamaged, NotFound
from forge.core.models import Blob, BlobLink
from forge.serving.backup.database_copy import BackupError, copy_database
from forge.serving.configuration.environment import make_private
from forge.serving.lan import FOLDER
from forge.serving.local_authority import FILES

DATABASE, KEYS, BLOBS = "database-", "keys", "blobs"
"""The names in the folder; that of a database goes on with its digest."""
_UNFINISHED = ".unfinished"


@dataclass(frozen=True)
class CreatedBackup:
    """A backup that was written."""

    files: int
    new_files: int
    """Stored files that the folder lacked."""
    unreadable: tuple[str, ...]
    """Digests of stored files that are missing or damaged in the store and in the folder."""


def create_backup(folder: Path) -> CreatedBackup:
    """Writes a backup to a folder, or brings one up to date: what this database does not know is removed from it.

    The server may run. Raises `BackupError`; then the folder has the earlier backup.
    """
    with _errors(folder):
        make_private(folder)
        if strange := [each.name for each in folder.iterdir() if not _is_ours(each.name)]:
            raise BackupError(f"{folder} is no folder of backups: it has {strange[0]}. Name an empty or a new folder.")
        with hold_blobs("backup") as renew:
            database = _copy_database(folder)
            # Nothing of what the copy links is deleted during the hold. What nothing links is copied too: a link may
            # have ended after the copy.
            sizes = dict(Blob.objects.order_by("pk").values_list("pk", "size"))
            new_digests = [digest for digest, size in sizes.items() if not _has(folder, digest, size)]
            unreadable = tuple(digest for digest in new_digests if not _copy_file(folder, digest, renew))
        _finish(folder, database)
        for file in (folder / BLOBS).rglob("*"):
            if file.is_file() and f"sha256:{file.name}" not in sizes:
                file.unlink()
    linked_digests = (
        BlobLink.objects.filter(blob__in=unreadable).order_by("blob").values_list("blob", flat=True).distinct()
    )
    return CreatedBackup(len(sizes) - len(unreadable), len(new_digests) - len(unreadable), tuple(linked_digests))


def create_upgrade_backup(folder: Path) -> None:
    """Writes the database, whatever its tables are, and the keys to a new folder, which takes its name at the end.

    Stored files do not change in an upgrade and stay in the store. Raises `BackupError`.
    """
    unfinished = folder.with_name(f".{folder.name}")
    with _errors(folder):
        make_private(unfinished)
        _finish(unfinished, _copy_database(unfinished))
        unfinished.replace(folder)


def remove_upgrade_backups(folder: Path, keep: int) -> None:
    """Removes all but the newest, and what an upgrade left that was killed while it took or removed one."""
    for old in sorted(folder.glob("before-upgrade-*"))[:-keep]:
        old.replace(old.with_name(f".{old.name}"))
    for unfinished in folder.glob(".before-upgrade-*"):
        shutil.rmtree(unfinished)


@contextmanager
def _errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, DatabaseError) as error:
        reason = "the disk is full. Free some space, and make the backup again." if has_no_room(error) else error
        raise BackupError(f"The backup could not be written to {folder}: {reason}") from error


def _is_ours(name: str) -> bool:
    return name in (KEYS, BLOBS) or name.startswith((DATABASE, _UNFINISHED))


def _copy_database(folder: Path) -> Path:
    copy = copy_database(folder / _UNFINISHED)
    with copy.open("rb+") as file:
        os.fsync(file.fileno())
    return copy


def _finish(folder: Path, copy: Path) -> None:
    """Writes the keys, makes the copy the backup's database, and removes the one of before."""
    # The key that signs, wherever it came from, and the certificates of `make run-lan`.
    _write(folder / KEYS / "secret-key", [settings.SECRET_KEY.encode()])
    for file in (Path(settings.DATA_DIR) / FOLDER / name for name in FILES):
        if file.exists():
            _write(folder / KEYS / FOLDER / file.name, [file.read_bytes()])
    with copy.open("rb") as data:
        digest = measure_file(data).digest.removeprefix("sha256:")
    database = copy.replace(folder / f"{DATABASE}{digest}{copy.suffix}")
    for other in folder.glob(f"{DATABASE}*"):
        if other != database:
            other.unlink()


def _has(folder: Path, digest: str, size: int) -> bool:
    file = folder / BLOBS / blob_name(digest)
    return file.exists() and file.stat().st_size == size


def _copy_file(folder: Path, digest: str, renew: Callable[[], None]) -> bool:
    """Copies a stored file; False for one that is missing or is not what its digest says."""
    renew()
    try:
        with open_blob(digest) as data:
            _write(folder / BLOBS / blob_name(digest), iter(partial(data.read, CHUNK), b""))
    except (NotFound, BytesDamaged):
        return False
    return True


def _write(target: Path, chunks: Iterable[bytes]) -> None:
    """Writes a file that only its owner can read, and that takes its name when it is complete and on the disk."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = target.with_name(_UNFINISHED)
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(target)
