"""The blob store: bytes by their SHA-256, stored once, never changed. Through Django's storages, so a folder or S3."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import transaction
from django.db.models import ProtectedError

from forge.core.errors import NotFound, TooLarge
from forge.core.models import Blob


def blob_storage() -> Storage:
    """Where blobs lie."""
    return storages["blobs"]


def put_bytes(data: bytes) -> Blob:
    """Stores bytes; what is there already is not written again."""
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    known = Blob.objects.filter(pk=digest).first()
    return known or put_chunks([data])


Accept = Callable[[Path, int], None]
"""Looks at bytes before they are stored, as a file and its size; raises to refuse them."""


def put_chunks(chunks: Iterable[bytes], limit: int | None = None, accept: Accept | None = None) -> Blob:
    """Stores a stream of bytes without holding it in memory; nothing is left of what is refused.

    Raises `TooLarge` once more than `limit` came, and what `accept` raises.
    """
    storage = blob_storage()
    folder = _incoming(storage)
    digest, size = hashlib.sha256(), 0
    aside = folder / secrets.token_hex(16)
    try:
        with aside.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if limit is not None and size > limit:
                    raise TooLarge(f"This is larger than the limit of {limit} bytes.")
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            if accept is not None:
                accept(aside, size)
            os.fsync(file.fileno())
        name = "sha256:" + digest.hexdigest()
        _move_in(storage, aside, _path_of(name))
    finally:
        aside.unlink(missing_ok=True)
    # The bytes are in place before the row says so: a row without bytes cannot be.
    blob, _ = Blob.objects.get_or_create(digest=name, defaults={"size": size})
    return blob


def open_blob(digest: str) -> IO[bytes]:
    """A blob's bytes as a file, which the caller closes. Raises `NotFound`."""
    try:
        return blob_storage().open(_path_of(digest), "rb")
    except FileNotFoundError:
        raise NotFound(f"There is no blob {digest}.") from None


def read_blob(digest: str) -> bytes:
    """All of a blob's bytes. Raises `NotFound`."""
    with open_blob(digest) as file:
        return file.read()


def blob_path(digest: str) -> Path | None:
    """The file that a blob lies in, when blobs lie in a folder."""
    storage = blob_storage()
    return Path(storage.path(_path_of(digest))) if isinstance(storage, FileSystemStorage) else None


def delete_blob(digest: str) -> bool:
    """Deletes a blob's bytes and its row, unless a row of any table refers to it; answers whether it is gone.

    Who keeps digests in another way, such as in a manifest, has to be asked before.
    """
    try:
        with transaction.atomic():
            Blob.objects.filter(pk=digest).delete()
    except ProtectedError:
        return False
    blob_storage().delete(_path_of(digest))
    return True


def _path_of(digest: str) -> str:
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


def _move_in(storage: Storage, aside: Path, path: str) -> None:
    if not isinstance(storage, FileSystemStorage):
        if not storage.exists(path):
            with aside.open("rb") as file:
                storage.save(path, File(file))
        return
    target = Path(storage.path(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    aside.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
