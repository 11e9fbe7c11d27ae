"""Parts of blobs: one range of a request, and the bytes of it, a piece at a time."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async

from forge.core.blobs import CHUNK, open_blob

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class Unsatisfiable(Exception):
    """A range that lies outside of the bytes."""


def requested_range(header: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte that a Range header asks for; None for all of them.

    A header in another form, several ranges among them, asks for all, as RFC 9110 (14.2) allows. Raises
    `Unsatisfiable`.
    """
    match = _RANGE.fullmatch((header or "").strip())
    if match is None or not (match[1] or match[2]):
        return None
    if match[1]:
        first = int(match[1])
        last = min(int(match[2]), size - 1) if match[2] else size - 1
        if match[2] and int(match[2]) < first:
            return None
    else:
        first, last = max(0, size - int(match[2])), size - 1
    if first >= size or first > last:
        raise Unsatisfiable
    return first, last


def blob_part_chunks(digest: str, first: int, last: int) -> Iterator[bytes]:
    """The bytes from `first` to `last`, both included. Raises `NotFound` when asked for the first piece."""
    left = last - first + 1
    with open_blob(digest) as file:
        file.seek(first)
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


async def blob_part(digest: str, first: int, last: int) -> AsyncIterator[bytes]:
    """The same without holding the event loop up."""
    left = last - first + 1
    file = await sync_to_async(open_blob, thread_sensitive=False)(digest)
    read = sync_to_async(file.read, thread_sensitive=False)
    try:
        file.seek(first)
        while left > 0 and (chunk := await read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
    finally:
        file.close()
