"""The bytes of built runes: one file an artefact, in Django's default storage, and nobody else's.

They are not in the blob store, because previews come and go by the minute and a blob may not be deleted: nobody
knows who else refers to it. Publishing copies a rune there.
"""

from __future__ import annotations

import hashlib
import uuid
from functools import partial
from pathlib import Path
from typing import IO

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from forge.builds.errors import NoRune
from forge.builds.models import Artefact
from forge.core.chunks import CHUNK, read_chunks


def rune_storage() -> Storage:
    """Where runes lie."""
    return storages["default"]


def rune_name(artefact_id: uuid.UUID) -> str:
    """A rune's name in its storage."""
    return f"runes/{artefact_id.hex[:2]}/{artefact_id.hex}.rune"


def save_rune(artefact_id: uuid.UUID, source: Path) -> tuple[str, int]:
    """Stores a rune's bytes; answers their digest and size."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
        file.seek(0)
        rune_storage().save(rune_name(artefact_id), File(file))
    return f"sha256:{digest.hexdigest()}", size


def open_rune(artefact: Artefact) -> IO[bytes]:
    """A rune's bytes as a file, which the caller closes. Raises `NoRune`."""
    try:
        return rune_storage().open(rune_name(artefact.pk), "rb")
    except FileNotFoundError:
        raise NoRune("The rune's file is gone. Build it again.") from None


def local_rune(artefact: Artefact, folder: Path) -> Path:
    """A rune as a file on this machine: where it lies, or fetched into `folder`."""
    storage = rune_storage()
    if isinstance(storage, FileSystemStorage):
        return Path(storage.path(rune_name(artefact.pk)))
    fetched = folder / f"{artefact.pk.hex}.rune"
    with fetched.open("wb") as file:
        for chunk in read_chunks(partial(open_rune, artefact)):
            file.write(chunk)
    return fetched


def delete_rune(artefact_id: uuid.UUID) -> None:
    """Removes a rune's bytes; nothing happens when there are none."""
    rune_storage().delete(rune_name(artefact_id))
