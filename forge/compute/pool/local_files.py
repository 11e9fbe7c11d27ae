"""A project's files as open files of this machine, for a process that may open none by itself."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

from forge.compute.child.job_file import Given
from forge.core.blobs.chunks import read_chunks
from forge.core.blobs.store import blob_path, open_blob, open_intact
from forge.core.errors import NotFound
from forge.projects.versions.store import Manifest

FETCHED_KEPT = 600.0
"""Seconds for which a fetched file is kept after its last use: the next edit builds with the same model."""


@contextmanager
def local_files(
    manifest: Manifest, fetched: Path, texts: Mapping[str, bytes] | None = None
) -> Iterator[dict[str, Given]]:
    """Each file of a manifest, open until the end. `texts` are files that no store has.

    A blob that lies in no folder is fetched into `fetched`, where only this process and its like read it. Fetched files
    that nobody used for a while are removed at the end.
    """
    texts = texts or {}
    try:
        with ExitStack() as stack:
            given: dict[str, Given] = {}
            for path, entry in manifest.items():
                if path in texts:
                    given[path] = Given(entry["digest"], text=texts[path].decode("utf-8"))
                else:
                    given[path] = stack.enter_context(given_blob(entry["digest"], fetched))
            yield given
    finally:
        _tidy(fetched)


@contextmanager
def given_blob(digest: str, fetched: Path) -> Iterator[Given]:
    """A blob, open to be read."""
    try:
        file = local_file(digest, fetched).open("rb")
    except FileNotFoundError:
        yield Given(digest)
        return
    with file:
        yield Given(digest, descriptor=file.fileno())


def local_file(digest: str, fetched: Path) -> Path:
    """Where a blob lies as a file on this machine, once its bytes were compared with the digest; the file of one that
    is no longer stored is not there. Raises `Damaged`.
    """
    place = blob_path(digest)
    if place is not None:
        with suppress(NotFound):
            open_intact(digest).close()
        return place
    fetched.mkdir(parents=True, exist_ok=True)
    found = fetched / digest.replace(":", "-")
    if found.exists():
        os.utime(found)
        return found
    # Several may fetch the same at once.
    partly = fetched / f"{secrets.token_hex(8)}.part"
    try:
        with partly.open("wb") as file:
            for chunk in read_chunks(partial(open_blob, digest)):
                file.write(chunk)
        partly.rename(found)
    except NotFound:
        pass
    finally:
        partly.unlink(missing_ok=True)
    return found


def _tidy(fetched: Path) -> None:
    oldest = time.time() - FETCHED_KEPT
    for place in fetched.glob("*"):
        try:
            if place.stat().st_mtime < oldest:
                place.unlink()
        except FileNotFoundError:
            continue  # another thread was first
