"""A project's files as files on this machine, for a process that reads them by their paths."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from forge.core.blobs import blob_path, open_blob, open_intact
from forge.core.chunks import read_chunks
from forge.core.errors import NotFound
from forge.projects.versions import Manifest

FETCHED_KEPT = 600.0
"""Seconds for which a fetched file is kept after its last use: the next edit builds with the same model."""
_TEXT, _FETCHED = "text-", "fetched-"


@contextmanager
def local_files(
    manifest: Manifest, folder: Path, texts: Mapping[str, bytes] | None = None
) -> Iterator[dict[str, dict[str, str]]]:
    """Each file of a manifest as a file on this machine: in the blob store's folder, else fetched into `folder`.

    `texts` are files that no store has. They are written into `folder` and removed at the end, and with them the
    fetched files that nobody used for a while.
    """
    texts = texts or {}
    try:
        yield {
            path: {
                "file": str(_written(texts[path], folder) if path in texts else local_file(entry["digest"], folder)),
                "digest": entry["digest"],
            }
            for path, entry in manifest.items()
        }
    finally:
        _tidy(folder)


def _written(data: bytes, folder: Path) -> Path:
    """A file with these bytes, under a name that tells nothing of its own."""
    place = folder / f"{_TEXT}{hashlib.sha256(data).hexdigest()}"
    place.write_bytes(data)
    return place


def local_file(digest: str, folder: Path) -> Path:
    """Where a blob lies as a file on this machine, once its bytes were compared with the digest; the file of one that
    is no longer stored is not there. Raises `Damaged`.
    """
    place = blob_path(digest)
    if place is not None:
        with suppress(NotFound):
            open_intact(digest).close()
        return place
    fetched = folder / f"{_FETCHED}{digest.replace(':', '-')}"
    if fetched.exists():
        os.utime(fetched)
        return fetched
    partly = fetched.with_suffix(".part")
    try:
        with partly.open("wb") as file:
            for chunk in read_chunks(partial(open_blob, digest)):
                file.write(chunk)
        partly.rename(fetched)
    except NotFound:
        return fetched
    finally:
        partly.unlink(missing_ok=True)
    return fetched


def _tidy(folder: Path) -> None:
    """Nothing happens where the folder went with its process."""
    for text in folder.glob(f"{_TEXT}*"):
        text.unlink(missing_ok=True)
    oldest = time.time() - FETCHED_KEPT
    for fetched in folder.glob(f"{_FETCHED}*"):
        if fetched.stat().st_mtime < oldest:
            fetched.unlink()
