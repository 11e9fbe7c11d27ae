"""A project's files as files on this machine, for a process that reads them by their paths."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from forge.core.blobs import blob_path, open_blob
from forge.core.chunks import read_chunks
from forge.core.errors import NotFound
from forge.projects.versions import Manifest


def files_of(manifest: Manifest, folder: Path, texts: Mapping[str, bytes] | None = None) -> dict[str, dict[str, str]]:
    """Each file of a manifest as a file on this machine: in the blob store's folder, else fetched into `folder`.

    `texts` are files that no store has; they are written into `folder`.
    """
    texts = texts or {}
    found = {}
    for path, entry in manifest.items():
        place = _written(texts[path], folder) if path in texts else local_file(entry["digest"], folder)
        found[path] = {"file": str(place), "digest": entry["digest"]}
    return found


def _written(data: bytes, folder: Path) -> Path:
    """A file with these bytes, under a name that tells nothing of its own."""
    place = folder / f"text-{hashlib.sha256(data).hexdigest()}"
    place.write_bytes(data)
    return place


def local_file(digest: str, folder: Path) -> Path:
    """Where a blob lies as a file on this machine; the file of one that is no longer stored is not there."""
    place = blob_path(digest)
    if place is not None:
        return place
    fetched = folder / digest.replace(":", "-")
    if not fetched.exists():
        try:
            with fetched.open("wb") as file:
                for chunk in read_chunks(partial(open_blob, digest)):
                    file.write(chunk)
        except NotFound:
            fetched.unlink()
    return fetched
