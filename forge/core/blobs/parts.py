"""Bytes that arrive in several requests, which may reach different processes, until they are joined into a blob.

Where the store is a folder, they are one file that grows, written by one request at a time. Elsewhere each piece is a
file of its own. What is yielded outlives a crash; what came after it is written again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from forge.core.blobs.chunks import CHUNK
from forge.core.blobs.store import StagedFile, blob_storage, put_chunks, put_joined, put_staged, stage
from forge.core.errors import NotFound
from forge.core.models import Blob

FOLDER = "parts"
"""The folder in which the store keeps them."""
PIECE = 32 * 1024 * 1024
"""Bytes after which what came is safe: a crash loses at most so many."""
LEAST_PIECE = 5 * 1024 * 1024
"""Bytes below which a piece is written anew with what follows it: buckets join no smaller ones."""
_MISSING = "A part of this upload is missing."


class WrongDigest(Exception):
    """The bytes are not those of the digest that was announced."""


class PartInUse(Exception):
    """Another request is writing this file."""


@dataclass(frozen=True)
class BlobPart:
    """A part by the name of its file, and its bytes."""

    name: str
    size: int


@dataclass(frozen=True)
class StoredPart:
    """A part that is safe now, and the name of the one whose place it takes, if any."""

    part: BlobPart
    replaces: str | None


Confirm = Callable[[], None]
"""A function that is called when nobody else can write behind the last part; raises if another process did."""


def first_part(upload: UUID) -> BlobPart:
    """The growing file of an upload of which nothing is safe yet. It has one name, so that all requests find it."""
    return BlobPart(f"{FOLDER}/{upload.hex}", 0)


def store_pieces(
    chunks: Iterable[bytes], upload: UUID, last: BlobPart | None, confirm: Confirm
) -> Iterator[StoredPart]:
    """Stores bytes behind the last part, without holding them in memory; yields each piece once a crash of this process
    cannot take it. Where `chunks` raise, what came before is yielded first.

    Raises `PartInUse`, `NotFound` where the last part is gone, and what `confirm` raises.
    """
    if isinstance(blob_storage(), FileSystemStorage):
        return _grow(_ChunkSource(chunks), upload, last, confirm)
    return _store_files(_ChunkSource(chunks), last, confirm)


@contextmanager
def writing(part: BlobPart) -> Iterator[IO[bytes]]:
    """Opens the growing file of a folder for one request alone, at the end of what is safe. Raises `PartInUse` and
    `NotFound`."""
    path = Path(blob_storage().path(part.name))
    try:
        file = path.open("r+b")
    except FileNotFoundError:
        raise NotFound(_MISSING) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PartInUse(part.name) from None
        status = os.fstat(file.fileno())
        # Its upload may have ended between the two.
        if not path.exists() or path.stat().st_ino != status.st_ino or status.st_size < part.size:
            raise NotFound(_MISSING)
        yield file


def require_unused(upload: UUID, parts: Sequence[BlobPart]) -> None:
    """Raises `PartInUse` where another request is writing behind the last part, or at the first one, and `NotFound`
    where the last part is gone. Buckets do not know who writes."""
    if not isinstance(blob_storage(), FileSystemStorage):
        return
    try:
        with writing(parts[-1] if parts else first_part(upload)):
            return
    except NotFound:
        if parts:
            raise


class _ChunkSource:
    """Chunks; what interrupts them is kept until those before it are stored."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._error: Exception | None = None
        self.is_over = False

    def piece(self, before: Iterable[bytes] = ()) -> Iterator[bytes]:
        """Some bytes, and then those that come, until they are `PIECE` in all or a little more."""
        left = PIECE
        for chunk in before:
            left -= len(chunk)
            yield chunk
        while left > 0 and not self.is_over:
            try:
                chunk = next(self._chunks)
            except StopIteration:
                self.is_over = True
            except Exception as error:
                self.is_over, self._error = True, error
            else:
                left -= len(chunk)
                yield chunk

    def raise_interruption(self) -> None:
        """Raises what interrupted the chunks, if something did."""
        if self._error is not None:
            raise self._error


def _grow(source: _ChunkSource, upload: UUID, last: BlobPart | None, confirm: Confirm) -> Iterator[StoredPart]:
    part = last or first_part(upload)
    name, size = part.name, part.size
    if last is None:
        path = Path(blob_storage().path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    with writing(part) as file:
        confirm()
        if os.fstat(file.fileno()).st_nlink > 1:
            raise PartInUse(name)  # it is becoming a blob, which must not be written to
        file.truncate(size)
        file.seek(size)
        replaces = name if last else None
        while not source.is_over:
            safe = size
            for chunk in source.piece():
                file.write(chunk)
                size += len(chunk)
            file.flush()
            if size > safe:
                yield StoredPart(BlobPart(name, size), replaces)
                replaces = name
    source.raise_interruption()


def _store_files(source: _ChunkSource, last: BlobPart | None, confirm: Confirm) -> Iterator[StoredPart]:
    storage = blob_storage()
    confirm()
    while not source.is_over:
        small = last if last is not None and last.size < LEAST_PIECE else None
        with stage(source.piece(_read(small) if small else ())) as staged_file:
            if staged_file.size == (small.size if small else 0):
                break
            last = BlobPart(f"{FOLDER}/{secrets.token_hex(16)}", staged_file.size)
            with staged_file.path.open("rb") as file:
                storage.save(last.name, File(file))
        yield StoredPart(last, small.name if small else None)
    source.raise_interruption()


def measure_parts(parts: Sequence[BlobPart], algorithms: Collection[str]) -> dict[str, str]:
    """Reads all parts, in their order; returns their digest by each algorithm, as `sha256:...`. Raises `NotFound`."""
    hashers = {algorithm: hashlib.new(algorithm) for algorithm in algorithms}
    for part in parts:
        for chunk in _read(part):
            for each in hashers.values():
                each.update(chunk)
    return {algorithm: f"{algorithm}:{each.hexdigest()}" for algorithm, each in hashers.items()}


def join_parts(parts: Sequence[BlobPart], digest: str) -> Blob:
    """Stores parts, in their order, as the blob of this SHA-256, which the caller measured. A bucket's stay until they
    are deleted. Raises `PartInUse`, `WrongDigest`, and `NotFound` where a part is gone.
    """
    storage, size = blob_storage(), sum(part.size for part in parts)
    if isinstance(storage, FileSystemStorage) and len(parts) == 1:
        with writing(parts[0]) as file:
            file.truncate(size)  # what came after it was safe
            _put_link(Path(storage.path(parts[0].name)), digest, size)
        return Blob(digest=digest, size=size)
    if hasattr(storage, "join") and parts and all(part.size >= LEAST_PIECE for part in parts[:-1]) and size:
        try:
            put_joined([part.name for part in parts], digest, size)
        except FileNotFoundError:
            raise NotFound(_MISSING) from None
        return Blob(digest=digest, size=size)
    blob = put_chunks(chunk for part in parts for chunk in _read(part))
    if blob.digest != digest:
        raise WrongDigest(digest)
    return blob


def _put_link(part: Path, digest: str, size: int) -> None:
    """Stores a part by a second name, so that a failure on the way loses nothing. Nobody writes to it from now on."""
    link = part.with_name(secrets.token_hex(16))
    os.link(part, link)
    try:
        put_staged(StagedFile(link, digest, size))
    finally:
        link.unlink(missing_ok=True)


def delete_parts(names: Iterable[str]) -> None:
    """Deletes parts; one that is gone is no error."""
    storage = blob_storage()
    for name in names:
        storage.delete(name)


def delete_strays(known_names: Collection[str], before: datetime) -> int:
    """Deletes the parts from before a time that nothing names, which a crash can leave. Returns how many."""
    storage = blob_storage()
    try:
        names = [f"{FOLDER}/{name}" for name in storage.listdir(FOLDER)[1]]
    except FileNotFoundError:
        return 0
    strays = [name for name in names if name not in known_names and storage.get_modified_time(name) < before]
    delete_parts(strays)
    return len(strays)


def _read(part: BlobPart) -> Iterator[bytes]:
    """The bytes of a part, and none that came after they were safe. Raises `NotFound`."""
    try:
        file = blob_storage().open(part.name, "rb")
    except FileNotFoundError:
        raise NotFound(_MISSING) from None
    left = part.size
    with file:
        for chunk in iter(partial(file.read, CHUNK), b""):
            yield chunk[:left]
            left -= len(chunk)
            if left <= 0:
                return
    if left > 0:
        raise NotFound(_MISSING)
