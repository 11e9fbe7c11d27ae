"""A project's files as open files of this machine, for a process that may open none by itself."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

from forge.compute.child.job_file import JobFile
from forge.core.blobs.chunks import read_chunks
from forge.core.blobs.store import blob_path, open_blob, open_intact
from forge.core.errors import NotFound
from forge.core.models import Blob
from forge.projects.versions.store import Manifest

FETCHED_SECONDS = 600.0
"""Seconds for which a fetched file is kept after its last use: the next edit builds with the same model. Longer
than any process reads one by its path; an open one is read to its end, removed or not."""


@contextmanager
def local_files(
    manifest: Manifest, fetch_folder: Path, texts: Mapping[str, bytes] | None = None
) -> Iterator[dict[str, JobFile]]:
    """Each file of a manifest, open until the end. `texts` are files that no store has.

    A blob that lies in no folder is fetched into `fetch_folder`, where only this process and its like read it. Fetched
    files that nobody used for a while are removed at the end.
    """
    texts = texts or {}
    try:
        with ExitStack() as stack:
            files: dict[str, JobFile] = {}
            for path, entry in manifest.items():
                if path in texts:
                    files[path] = JobFile(entry["digest"], text=texts[path].decode("utf-8"))
                else:
                    files[path] = stack.enter_context(open_blob_file(entry["digest"], fetch_folder))
            yield files
    finally:
        _tidy(fetch_folder)


@contextmanager
def open_blob_file(digest: str, fetch_folder: Path) -> Iterator[JobFile]:
    """A blob, open to be read."""
    try:
        file = local_file(digest, fetch_folder).open("rb")
    except FileNotFoundError:
        yield JobFile(digest)
        return
    with file:
        yield JobFile(digest, descriptor=file.fileno())


def local_file(digest: str, fetch_folder: Path) -> Path:
    """Returns the path of a blob as a file on this machine, once its bytes were compared with the digest; the file of a
    blob that is no longer stored does not exist.

    Raises `BytesDamaged`.
    """
    place = blob_path(digest)
    if place is not None:
        with suppress(NotFound):
            open_intact(digest).close()
        return place
    fetch_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file_path = fetch_folder / digest.replace(":", "-")
    # A copy of what was deleted meanwhile, such as a withdrawn recording, is not used.
    if file_path.exists() and Blob.objects.filter(pk=digest).exists():
        os.utime(file_path)
        return file_path
    # Several may fetch the same at once.
    partly = fetch_folder / f"{secrets.token_hex(8)}.part"
    try:
        with partly.open("wb") as file:
            for chunk in read_chunks(partial(open_blob, digest)):
                file.write(chunk)
        partly.rename(file_path)
    except NotFound:
        file_path.unlink(missing_ok=True)
    finally:
        partly.unlink(missing_ok=True)
    return file_path


def remove_deleted(fetch_folder: Path) -> None:
    """Removes the copies of blobs that are no longer stored, such as withdrawn recordings."""
    copies = {place.name.replace("-", ":", 1): place for place in fetch_folder.glob("*-*")}
    for digest in copies.keys() - set(Blob.objects.filter(pk__in=list(copies)).values_list("pk", flat=True)):
        copies[digest].unlink(missing_ok=True)


def _tidy(fetch_folder: Path) -> None:
    oldest = time.time() - FETCHED_SECONDS
    for place in fetch_folder.glob("*"):
        try:
            if place.stat().st_mtime < oldest:
                place.unlink()
        except FileNotFoundError:
            continue  # another thread was first
