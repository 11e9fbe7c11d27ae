"""A copy of the audit log in a file: one JSON record a line, on the disk before it counts as written."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

TAIL = 1 << 20
"""Bytes at the end of a file in which its last whole line is."""


def append(path: str, records: Sequence[Mapping[str, Any]]) -> None:
    """Appends records that the file does not end with already. Raises `OSError`.

    A process that died in the middle leaves half a line, which is ended first; the record is then written whole.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        tail = _tail(file.fileno())
        start = b"" if not tail or tail.endswith(b"\n") else b"\n"
        last_digest = _last_digest(tail)
        digests = [record["digest"] for record in records]
        missing = records[digests.index(last_digest) + 1 :] if last_digest in digests else records
        if missing:
            _write(file.fileno(), start + b"".join(json.dumps(record).encode() + b"\n" for record in missing))
            os.fsync(file.fileno())


def _tail(descriptor: int) -> bytes:
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, TAIL, max(0, size - TAIL))


def _last_digest(tail: bytes) -> str:
    """The digest of the last whole line, "" where there is none."""
    whole = tail[: tail.rfind(b"\n") + 1].rstrip(b"\n").rpartition(b"\n")[2]
    try:
        return str(json.loads(whole)["digest"])
    except (ValueError, LookupError, TypeError):
        return ""


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
