"""Reads files in chunks, without holding a whole file in memory or blocking the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import IO, Any

from django.core.handlers.asgi import ASGIRequest

CHUNK = 256 * 1024
"""Bytes that are held in memory at once."""

Open = Callable[[], IO[bytes]]
"""Opens a file when its first chunk is asked for; what it raises is raised then."""


def chunks_for(
    request: Any, open_file: Open, first: int = 0, size: int | None = None
) -> Iterator[bytes] | AsyncIterator[bytes]:
    """The bytes as the server of this request wants them. `size` bytes from `first` on; all that follow without it."""
    read = _read_async if isinstance(getattr(request, "_request", request), ASGIRequest) else read_chunks
    return read(open_file, first, size)


def read_chunks(open_file: Open, first: int = 0, size: int | None = None) -> Iterator[bytes]:
    """`size` bytes from `first` on, or all that follow."""
    with open_file() as file:
        _go_to(file, first)
        while chunk := file.read(_next(size)):
            size = None if size is None else size - len(chunk)
            yield chunk


async def _read_async(open_file: Open, first: int, size: int | None) -> AsyncIterator[bytes]:
    """Does what `read_chunks` does, with reads in threads, each while the chunk before it is sent."""
    file = await asyncio.to_thread(open_file)
    reading: asyncio.Future[bytes] | None = None
    try:
        _go_to(file, first)
        chunk = await asyncio.to_thread(file.read, _next(size))
        while chunk:
            size = None if size is None else size - len(chunk)
            reading = asyncio.ensure_future(asyncio.to_thread(file.read, _next(size)))
            yield chunk
            chunk, reading = await reading, None
    finally:
        if reading is not None:
            # A reader that leaves early has nothing of what is read for it, or went wrong there.
            await asyncio.gather(reading, return_exceptions=True)
        file.close()


def _go_to(file: IO[bytes], first: int) -> None:
    """Seeks only if `first` is not 0: some files cannot seek."""
    if first:
        file.seek(first)


def _next(left: int | None) -> int:
    return CHUNK if left is None else min(CHUNK, left)
