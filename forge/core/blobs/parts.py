"""Bytes that arrive in several parts, which may reach different processes: each part is a file of the store until the
parts are joined into a blob."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from forge.core.blobs.chunks import CHUNK
from forge.core.blobs.store import Staged, blob_storage, put_chunks, put_staged, stage
from forge.core.errors import NotFound
from forge.core.models import Blob

FOLDER = "parts"
"""Where the store keeps them."""


class WrongDigest(Exception):
    """The bytes are not those of the digest that was announced."""


@dataclass(frozen=True)
class BlobPart:
    """A part by the name of its file, with its size and its SHA-256."""

    name: str
    size: int
    digest: str


def store_part(chunks: Iterable[bytes], limit: int | None = None) -> BlobPart:
    """Stores a part without holding it in memory. Raises `TooLarge` once more than `limit` bytes came."""
    storage, name = blob_storage(), f"{FOLDER}/{secrets.token_hex(16)}"
    with stage(chunks, limit) as staged:
        if isinstance(storage, FileSystemStorage):
            target = Path(storage.path(name))
            target.parent.mkdir(parents=True, exist_ok=True)
            staged.path.replace(target)
        else:
            with staged.path.open("rb") as file:
                storage.save(name, File(file))
        return BlobPart(name, staged.size, staged.digest)


def join_parts(parts: Sequence[BlobPart], digest: str) -> Blob:
    """Stores the parts, in their order, as one blob; the parts stay until they are deleted.

    `digest` is `sha256:...` or `sha512:...`. Raises `WrongDigest` where the bytes are others, and `NotFound` where a
    part is gone.
    """
    storage = blob_storage()
    algorithm, _, expected = digest.partition(":")
    if algorithm == "sha256" and len(parts) == 1 and isinstance(storage, FileSystemStorage):
        # What came in one part was measured on its way, and is where the blobs are.
        only = parts[0]
        if only.digest != digest:
            raise WrongDigest(digest)
        try:
            put_staged(Staged(Path(storage.path(only.name)), only.digest, only.size))
        except FileNotFoundError:
            raise NotFound("A part of this upload is missing.") from None
        return Blob(digest=only.digest, size=only.size)
    seen = hashlib.new(algorithm)

    def compare(_path: Path, _size: int) -> None:
        if seen.hexdigest() != expected:
            raise WrongDigest(digest)

    def measured() -> Iterator[bytes]:
        for part in parts:
            for chunk in _read(part):
                seen.update(chunk)
                yield chunk

    return put_chunks(measured(), accept=compare)


def delete_parts(names: Iterable[str]) -> None:
    """Deletes parts; one that is gone is no error."""
    storage = blob_storage()
    for name in names:
        storage.delete(name)


def delete_strays(known: Collection[str], before: datetime) -> int:
    """Deletes the parts from before a time that nothing names, which a crash can leave. Returns how many."""
    storage = blob_storage()
    try:
        names = [f"{FOLDER}/{name}" for name in storage.listdir(FOLDER)[1]]
    except FileNotFoundError:
        return 0
    strays = [name for name in names if name not in known and storage.get_modified_time(name) < before]
    delete_parts(strays)
    return len(strays)


def _read(part: BlobPart) -> Iterator[bytes]:
    try:
        file = blob_storage().open(part.name, "rb")
    except FileNotFoundError:
        raise NotFound("A part of this upload is missing.") from None
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
