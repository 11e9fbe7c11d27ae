"""The blob store: bytes by their SHA-256, stored once, never changed. Through Django's storages, so a folder or S3.

Who puts bytes links them soon after (`forge.core.blob_links`): bytes that nothing links are swept away in time
(`forge.core.blob_sweep`). What is linked has its bytes; of what is not, only the last put tells that they are there.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils import timezone

from forge.core.chunks import CHUNK
from forge.core.errors import NotFound, TooLarge
from forge.core.models import Blob
from rune.wording import size_text


def blob_storage() -> Storage:
    """Where blobs lie."""
    return storages["blobs"]


def put_bytes(data: bytes) -> Blob:
    """Stores bytes; what is linked already is not written again."""
    digest = _digest_of(data)
    put_all([data])
    return Blob(digest=digest, size=len(data))


def put_all(contents: Iterable[bytes]) -> None:
    """Stores the bytes of each; what is linked already is not written again."""
    by_digest = {_digest_of(data): data for data in contents}
    linked = Blob.objects.filter(pk__in=by_digest, synced=True, links__isnull=False).values_list("pk", flat=True)
    known = set(linked)
    if known:
        # The same as if it had been put just now: its last link may go before the next one is made.
        Blob.objects.filter(pk__in=known).update(put_at=timezone.now())
        known = set(Blob.objects.filter(pk__in=known).values_list("pk", flat=True))
    for digest in by_digest.keys() - known:
        put_chunks([by_digest[digest]])


def _digest_of(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


Accept = Callable[[Path, int], None]
"""Looks at bytes before they are stored, as a file and its size; raises to refuse them."""


def put_chunks(chunks: Iterable[bytes], limit: int | None = None, accept: Accept | None = None) -> Blob:
    """Stores a stream of bytes without holding it in memory; nothing is left of what is refused.

    Raises `TooLarge` once more than `limit` came, and what `accept` raises.
    """
    storage = blob_storage()
    aside = _incoming(storage) / secrets.token_hex(16)
    try:
        staged = _write_aside(aside, chunks, limit)
        if accept is not None:
            accept(aside, staged.size)
        _sync(aside)
        # A sweep that is at this row is waited for, and none takes the bytes afterwards. What is linked has its bytes:
        # until they are in place nobody can link them.
        _upsert(staged, synced=True)
        _move_in(storage, staged)
        if isinstance(storage, FileSystemStorage):
            _sync(Path(storage.path(blob_name(staged.digest))).parent)
        Blob.objects.filter(pk=staged.digest, synced=False).update(synced=True)
    finally:
        aside.unlink(missing_ok=True)
    return Blob(digest=staged.digest, size=staged.size)


@dataclass(frozen=True)
class Staged:
    """Bytes beside the store, to be moved into it in no time."""

    aside: Path
    digest: str
    size: int


@contextmanager
def staged_bytes(*chunks: bytes) -> Iterator[Staged]:
    """Bytes beside the store, for as long as the caller needs to `record` them."""
    with _staged(chunks) as staged:
        yield staged


@contextmanager
def staged_file(source: Path) -> Iterator[Staged]:
    """The same of a copy of a file."""
    with source.open("rb") as given, _staged(iter(partial(given.read, CHUNK), b"")) as staged:
        yield staged


@contextmanager
def _staged(chunks: Iterable[bytes]) -> Iterator[Staged]:
    storage = blob_storage()
    aside = _incoming(storage) / secrets.token_hex(16)
    try:
        staged = _write_aside(aside, chunks)
        if not isinstance(storage, FileSystemStorage):
            # What goes over a network goes before the transaction.
            _move_in(storage, staged)
        yield staged
    finally:
        aside.unlink(missing_ok=True)


def record(*staged: Staged) -> None:
    """Stores what was staged, in the transaction of the caller, who links it there. The disk is not waited for: this is
    for what can be made again. `sync_blob` does that later.
    """
    storage = blob_storage()
    _upsert(*staged, synced=not isinstance(storage, FileSystemStorage))
    for each in staged:
        path = blob_name(each.digest)
        # What is there already may be on the disk for certain, which this copy is not.
        if not (storage.exists(path) and storage.size(path) == each.size):
            _move_in(storage, each)


def place_file(source: Path, digest: str) -> None:
    """Moves a file into the store under its digest, which the caller has compared. Its row is the caller's, too."""
    storage = blob_storage()
    _sync(source)
    _incoming(storage)
    _move_in(storage, Staged(source, digest, source.stat().st_size))


def sync_blob(digest: str) -> None:
    """Makes sure that bytes are on the disk and are what their digest says. Nothing is done where that is known.

    Raises `NotFound` for what is not there, or was damaged: then it has to be put again.
    """
    storage = blob_storage()
    if Blob.objects.filter(pk=digest, synced=True).exists():
        return
    with open_blob(digest) as file:
        whole = hashlib.sha256()
        while chunk := file.read(CHUNK):
            whole.update(chunk)
        if "sha256:" + whole.hexdigest() != digest:
            storage.delete(blob_name(digest))
            raise NotFound(f"The bytes of {digest} were damaged.")
        if isinstance(storage, FileSystemStorage):
            _sync(Path(storage.path(blob_name(digest))))
            _sync(Path(storage.path(blob_name(digest))).parent)
    Blob.objects.filter(pk=digest).update(synced=True)


def _write_aside(aside: Path, chunks: Iterable[bytes], limit: int | None = None) -> Staged:
    digest, size = hashlib.sha256(), 0
    with aside.open("xb") as file:
        for chunk in chunks:
            size += len(chunk)
            if limit is not None and size > limit:
                raise TooLarge(f"This is larger than the limit of {size_text(limit)}.")
            digest.update(chunk)
            file.write(chunk)
    return Staged(aside, "sha256:" + digest.hexdigest(), size)


def _upsert(*staged: Staged, synced: bool) -> None:
    """The rows of these bytes, put now. `synced` is for those that are new."""
    now = timezone.now()
    # In one order, so that no two who put the same wait for each other.
    blobs = [
        Blob(digest=digest, size=size, created=now, put_at=now, synced=synced)
        for digest, size in sorted({each.digest: each.size for each in staged}.items())
    ]
    Blob.objects.bulk_create(blobs, update_conflicts=True, unique_fields=["digest"], update_fields=["put_at"])


def open_blob(digest: str) -> IO[bytes]:
    """A blob's bytes as a file, which the caller closes. Raises `NotFound`."""
    try:
        return blob_storage().open(blob_name(digest), "rb")
    except FileNotFoundError:
        raise NotFound(f"There is no blob {digest}.") from None


def read_blob(digest: str) -> bytes:
    """All of a blob's bytes. Raises `NotFound`."""
    with open_blob(digest) as file:
        return file.read()


def blob_path(digest: str) -> Path | None:
    """The file that a blob lies in, when blobs lie in a folder."""
    storage = blob_storage()
    return Path(storage.path(blob_name(digest))) if isinstance(storage, FileSystemStorage) else None


def delete_bytes(digest: str) -> None:
    """Deletes a blob's bytes; its row is the caller's to delete, who holds its lock."""
    blob_storage().delete(blob_name(digest))


def blob_name(digest: str) -> str:
    """What a blob is called in the storage. Raises `NotFound` for what is no digest."""
    algorithm, _, hexadecimal = digest.partition(":")
    if algorithm != "sha256" or len(hexadecimal) != 64 or not set(hexadecimal) <= set("0123456789abcdef"):
        raise NotFound(f"{digest!r} is not a digest.")
    return f"sha256/{hexadecimal[:2]}/{hexadecimal}"


def _incoming(storage: Storage) -> Path:
    """A folder on the same disk as the blobs where that is known, so that moving in is one step."""
    if isinstance(storage, FileSystemStorage):
        folder = Path(storage.location) / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    return Path(tempfile.gettempdir())


def _move_in(storage: Storage, staged: Staged) -> None:
    path = blob_name(staged.digest)
    if not isinstance(storage, FileSystemStorage):
        if not storage.exists(path):
            with staged.aside.open("rb") as file:
                storage.save(path, File(file))
        return
    target = Path(storage.path(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    staged.aside.replace(target)


def _sync(place: Path) -> None:
    """Waits until a file's bytes, or a folder's names, are on the disk."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
