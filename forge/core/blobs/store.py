"""The blob store: immutable bytes by their SHA-256, in a folder or an S3 bucket (Django's storages).

A caller that opens bytes has checked that a link gives them, and reads none that are not what their digest says.
Callers link blobs soon after storing them (`forge.core.blobs.links`); unlinked blobs are deleted later
(`forge.core.blobs.sweep`). A linked blob always has its bytes. Callers check that a link allows reading a blob; the
digest is verified while it is read.

A caller that opens bytes has checked that a link gives them, and reads none that are not what their digest says.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils import timezone

from forge.core.blobs.checked_file import CheckedFile, Comparisons, measure_file
from forge.core.blobs.chunks import CHUNK
from forge.core.blobs.damage import record_damage
from forge.core.errors import BytesDamaged, NotFound, TooLarge
from forge.core.models import Blob, BlobLink
from rune.digests import digest_of
from rune.wording import size_text

if TYPE_CHECKING:
    from forge.core.blobs.bucket import BucketStorage  # needs boto3

_comparisons = Comparisons()


def blob_storage() -> Storage:
    """Returns the storage of blobs."""
    return storages["blobs"]


def put_bytes(data: bytes) -> Blob:
    """Stores bytes."""
    return put_chunks([data])


def put_all(contents: Iterable[bytes], organisation: UUID) -> None:
    """Stores several byte strings. Blobs that the organisation has are not written again; blobs that only others have
    are, so that timing does not reveal them.
    """
    by_digest = {digest_of(data): data for data in contents}
    own = BlobLink.objects.filter(organisation=organisation, blob_id__in=by_digest)
    whole = own.filter(blob__synced=True, blob__damaged_at__isnull=True)
    own_digests = set(whole.values_list("blob_id", flat=True))
    if own_digests:
        # The same as if it had been put just now: its last link may go before the next one is made.
        Blob.objects.filter(pk__in=own_digests).update(put_at=timezone.now())
        own_digests = set(Blob.objects.filter(pk__in=own_digests).values_list("pk", flat=True))
    for digest in by_digest.keys() - own_digests:
        put_chunks([by_digest[digest]])


Accept = Callable[[Path, int], None]
"""Checks a file and its size before it is stored; raises an error to refuse it."""


def put_chunks(chunks: Iterable[bytes], limit: int | None = None, accept: Accept | None = None) -> Blob:
    """Stores a stream of bytes without holding it in memory. Refused bytes leave nothing behind.

    Raises `TooLarge` once more than `limit` came, and what `accept` raises.
    """
    with stage(chunks, limit) as file:
        if accept is not None:
            accept(file.path, file.size)
        put_staged(file)
    return Blob(digest=file.digest, size=file.size)


def put_staged(file: StagedFile) -> None:
    """Stores a file on the store's disk whose digest and size were measured, and flushes it. The file is moved away
    where the store is a folder."""
    storage = blob_storage()
    _sync(file.path)
    # A sweep that is at this row is waited for, and none takes the bytes afterwards. What is linked has its bytes:
    # until they are in place nobody can link them.
    _upsert(file, synced=True)
    _move_to_store(storage, file)
    if isinstance(storage, FileSystemStorage):
        _sync(Path(storage.path(blob_name(file.digest))).parent)
    Blob.objects.filter(pk=file.digest, synced=False).update(synced=True)


def put_joined(names: Sequence[str], digest: str, size: int) -> None:
    """Makes a blob of files of a bucket, whose digest and size were measured. The bytes stay in the bucket.

    Raises `FileNotFoundError` where one is gone.
    """
    _upsert(StagedFile(Path(), digest, size), synced=True)  # for the reason of `put_staged`
    cast("BucketStorage", blob_storage()).join(names, blob_name(digest))


@contextmanager
def put_batch() -> Iterator[Callable[[bytes], Blob]]:
    """Yields a function that collects byte strings; stores all of them when the block ends, in as few statements as
    one.

    A block that raises stores nothing. A failure while storing leaves unlinked blobs.
    """
    storage = blob_storage()
    incoming = _incoming(storage)
    temporaries: list[Path] = []
    files: list[StagedFile] = []

    def put(data: bytes) -> Blob:
        temporaries.append(incoming / secrets.token_hex(16))
        one = _write_temporary(temporaries[-1], [data])
        _sync(one.path)
        files.append(one)
        return Blob(digest=one.digest, size=one.size)

    try:
        yield put
        # In the order of `put_chunks`, for its reasons.
        _upsert(*files, synced=True)
        for each in files:
            _move_to_store(storage, each)
        digests = {each.digest for each in files}
        if isinstance(storage, FileSystemStorage):
            for folder in sorted({Path(storage.path(blob_name(digest))).parent for digest in digests}):
                _sync(folder)
        Blob.objects.filter(pk__in=digests, synced=False).update(synced=True)
    finally:
        for temporary in temporaries:
            temporary.unlink(missing_ok=True)


@dataclass(frozen=True)
class StagedFile:
    """A temporary file on the store's disk, ready to be moved into the store."""

    path: Path
    digest: str
    size: int


@contextmanager
def stage(chunks: Iterable[bytes], limit: int | None = None) -> Iterator[StagedFile]:
    """Writes a temporary file on the store's disk, which the caller may move away. Raises `TooLarge` once more than
    `limit` bytes came."""
    temporary = _incoming(blob_storage()) / secrets.token_hex(16)
    try:
        yield _write_temporary(temporary, chunks, limit)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def staged_bytes(*chunks: bytes) -> Iterator[StagedFile]:
    """Writes a temporary file, which exists until the caller has called `record`."""
    with _stage_chunks(chunks) as file:
        yield file


@contextmanager
def staged_file(source: Path) -> Iterator[StagedFile]:
    """Does what `staged_bytes` does with the contents of a file."""
    with source.open("rb") as file, _stage_chunks(iter(partial(file.read, CHUNK), b"")) as staged_copy:
        yield staged_copy


@contextmanager
def _stage_chunks(chunks: Iterable[bytes]) -> Iterator[StagedFile]:
    storage = blob_storage()
    with stage(chunks) as file:
        if not isinstance(storage, FileSystemStorage):
            # A store across a network gets its files before the transaction.
            _move_to_store(storage, file)
        yield file


def record(*files: StagedFile) -> None:
    """Stores staged files in the caller's transaction, which also links them. It does not wait for the disk: use it for
    bytes that can be built again. `sync_blob` flushes them later.
    """
    storage = blob_storage()
    is_synced = not isinstance(storage, FileSystemStorage)
    was_damaged = Blob.objects.filter(pk__in=[each.digest for each in files], damaged_at__isnull=False)
    bad = set(was_damaged.values_list("pk", flat=True))
    _upsert(*files, synced=is_synced)
    for each in files:
        path = blob_name(each.digest)
        # A file that is there already may have reached the disk for certain, which this copy has not.
        if each.digest in bad or not (storage.exists(path) and storage.size(path) == each.size):
            _move_to_store(storage, each)
    if bad:
        Blob.objects.filter(pk__in=bad).update(synced=is_synced)


def place_file(source: Path, digest: str) -> None:
    """Moves a file into the store under its digest, which the caller has compared. Its row is the caller's, too."""
    storage = blob_storage()
    _sync(source)
    _incoming(storage)
    _move_to_store(storage, StagedFile(source, digest, source.stat().st_size))


def sync_blob(digest: str) -> None:
    """Makes sure that bytes are on the disk and are what their digest says. Nothing is done where that is known.

    Raises `NotFound` for what is not there, or was damaged: then it has to be put again.
    """
    storage = blob_storage()
    if Blob.objects.filter(pk=digest, synced=True, damaged_at__isnull=True).exists():
        return
    try:
        with open_blob(digest) as file:
            while file.read(CHUNK):
                pass
    except BytesDamaged:
        # The file stays: it is noted as damaged, and the next put replaces it, which may just have happened.
        raise NotFound(f"The bytes of {digest} were damaged.") from None
    if isinstance(storage, FileSystemStorage):
        _sync(Path(storage.path(blob_name(digest))))
        _sync(Path(storage.path(blob_name(digest))).parent)
    Blob.objects.filter(pk=digest).update(synced=True, damaged_at=None)


def _write_temporary(path: Path, chunks: Iterable[bytes], limit: int | None = None) -> StagedFile:
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        for chunk in chunks:
            size += len(chunk)
            if limit is not None and size > limit:
                raise TooLarge(f"This is larger than the limit of {size_text(limit)}.")
            digest.update(chunk)
            file.write(chunk)
    return StagedFile(path, "sha256:" + digest.hexdigest(), size)


def _upsert(*files: StagedFile, synced: bool) -> None:
    """Writes the rows of staged files, stored now and undamaged. `synced` applies to new rows."""
    now = timezone.now()
    # In one order, so that no two who put the same wait for each other.
    blobs = [
        Blob(digest=digest, size=size, created=now, put_at=now, synced=synced)
        for digest, size in sorted({each.digest: each.size for each in files}.items())
    ]
    Blob.objects.bulk_create(
        blobs, update_conflicts=True, unique_fields=["digest"], update_fields=["put_at", "damaged_at"]
    )


def open_blob(digest: str, size: int | None = None) -> IO[bytes]:
    """A blob's bytes as a file that is read from its beginning, once, which the caller closes. `size` is its size,
    where that is known. Raises `NotFound`; reading raises `BytesDamaged` before the last bytes.
    """
    return cast("IO[bytes]", CheckedFile(open_stored(digest), digest, partial(record_damage, digest), size))


def open_intact(digest: str) -> IO[bytes]:
    """A blob's bytes as a file that can be read from anywhere, which the caller closes: all of them are compared with
    the digest first. Raises `NotFound` and `BytesDamaged`.
    """
    file = open_stored(digest)
    try:
        identity = _identity(file)
        if not _comparisons.has(digest, identity):
            if measure_file(file).digest != digest:
                raise record_damage(digest)
            _comparisons.add(digest, identity)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def read_blob(digest: str) -> bytes:
    """All of a blob's bytes. Raises `NotFound` and `BytesDamaged`."""
    with open_blob(digest) as file:
        return file.read()


def open_stored(digest: str) -> IO[bytes]:
    """Opens a blob without verifying its digest. Raises `NotFound`."""
    try:
        return blob_storage().open(blob_name(digest), "rb")
    except FileNotFoundError:
        raise NotFound(f"There is no blob {digest}.") from None


def _identity(file: IO[bytes]) -> Any:
    """Returns inode, modification time and size of a local file, and what a bucket says of its own; else None."""
    if not isinstance(blob_storage(), FileSystemStorage):
        return getattr(file, "identity", None)
    status = os.fstat(file.fileno())
    return status.st_ino, status.st_mtime_ns, status.st_size


def blob_path(digest: str) -> Path | None:
    """Returns the path of a blob if the store is a folder, else None."""
    storage = blob_storage()
    return Path(storage.path(blob_name(digest))) if isinstance(storage, FileSystemStorage) else None


def delete_bytes(digest: str) -> None:
    """Deletes a blob's bytes. The caller holds the lock of the row and deletes it."""
    blob_storage().delete(blob_name(digest))


def stored_digests() -> Iterator[str]:
    """Yields the digests of all stored files, with or without a row; sorted by folder."""
    storage = blob_storage()
    try:
        folders = storage.listdir("sha256")[0]
    except FileNotFoundError:
        return
    for folder in sorted(folders):
        for name in storage.listdir(f"sha256/{folder}")[1]:
            if len(name) == 64:
                yield f"sha256:{name}"


def blob_name(digest: str) -> str:
    """Returns the name of a blob in the storage. Raises `NotFound` for text that is not a digest."""
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


def _move_to_store(storage: Storage, source: StagedFile) -> None:
    path = blob_name(source.digest)
    if not isinstance(storage, FileSystemStorage):
        # Over what may be there: that may be damaged, and how long this takes must not tell that it is there.
        with source.path.open("rb") as file:
            storage.save(path, File(file))
        return
    target = Path(storage.path(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    source.path.replace(target)


def _sync(place: Path) -> None:
    """Waits until a file's bytes, or a folder's names, are on the disk."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
