"""Secrets in the files of versions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from forge.core.blobs.store import read_blob
from forge.core.errors import NotFound
from forge.projects.files.contents import MAXIMUM_TEXT
from forge.projects.models import Version
from forge.projects.secrets.scan import SecretScan, scan_texts

REMEMBERED = 256
"""Scans that a process keeps: a page shows what a person then acts on."""


class _Incomplete(Exception):
    """A scan that ran out of time, which another try may have."""

    def __init__(self, scan: SecretScan) -> None:
        super().__init__()
        self.scan = scan


def secrets_in(version: Version | None) -> SecretScan:
    """What looks like a secret in a version's texts. The caller has found the version for someone."""
    if version is None:
        return SecretScan()
    manifest = version.manifest.items()
    texts = [(path, str(entry["digest"])) for path, entry in manifest if entry["size"] <= MAXIMUM_TEXT]
    try:
        return _scan(tuple(sorted(texts)))
    except _Incomplete as incomplete:
        return incomplete.scan


@lru_cache(maxsize=REMEMBERED)
def _scan(files: tuple[tuple[str, str], ...]) -> SecretScan:
    """By paths and digests, which stand for the bytes. Raises `_Incomplete`."""
    scan = scan_texts(_texts(files))
    if scan.unread:
        raise _Incomplete(scan)
    return scan


def _texts(files: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, bytes]]:
    for path, digest in files:
        try:
            yield path, read_blob(digest)
        except NotFound:
            continue  # a recording that was erased
