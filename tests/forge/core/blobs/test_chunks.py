"""An asynchronous answer reads ahead by one chunk: it gives the same bytes, and closes its file in any case."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIRequest

from forge.core.blobs.chunks import CHUNK, chunks_for
from forge.core.errors import BytesDamaged
from tests.support.cases import each_case

CONTENT = os.urandom(3 * CHUNK + 17)


class _BreakingFile(io.BytesIO):
    """A file whose read number `breaks` fails."""

    def __init__(self, content: bytes = CONTENT, breaks: int = -1) -> None:
        super().__init__(content)
        self._breaks, self.reads = breaks, 0

    def read(self, size: int | None = -1, /) -> bytes:
        if self.reads == self._breaks:
            raise BytesDamaged("The bytes are not those of their digest.")
        self.reads += 1
        return super().read(size)


def _chunks(file: io.BytesIO, first: int = 0, size: int | None = None) -> AsyncIterator[bytes]:
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    request: Any = ASGIRequest(scope, io.BytesIO())
    chunks = chunks_for(request, lambda: file, first, size)
    assert isinstance(chunks, AsyncIterator)
    return chunks


async def _all(chunks: AsyncIterator[bytes]) -> list[bytes]:
    return [chunk async for chunk in chunks]


@each_case(("first", "size"), [(0, None), (0, len(CONTENT)), (5, CHUNK), (CHUNK, 2 * CHUNK), (9, 0)])
def test_the_bytes_are_those_that_were_asked_for(first: int, size: int | None) -> None:
    file = _BreakingFile()
    chunks = asyncio.run(_all(_chunks(file, first, size)))
    assert b"".join(chunks) == CONTENT[first : None if size is None else first + size]
    assert max(map(len, chunks), default=0) <= CHUNK
    assert file.closed


def test_a_file_without_bytes_is_no_chunk() -> None:
    assert asyncio.run(_all(_chunks(_BreakingFile(b"")))) == []


def test_damage_breaks_off_after_the_chunks_before_it() -> None:
    file, chunks = _BreakingFile(breaks=2), []

    async def read() -> None:
        async for chunk in _chunks(file):
            chunks.append(chunk)

    with pytest.raises(BytesDamaged):
        asyncio.run(read())
    assert chunks == [CONTENT[:CHUNK], CONTENT[CHUNK : 2 * CHUNK]]
    assert file.closed


@pytest.mark.parametrize("breaks", [-1, 1])
def test_a_reader_that_leaves_closes_the_file(breaks: int) -> None:
    file = _BreakingFile(breaks=breaks)

    async def leave() -> None:
        chunks: Any = _chunks(file)
        assert await anext(chunks) == CONTENT[:CHUNK]
        await chunks.aclose()

    asyncio.run(leave())
    assert file.closed
    assert file.reads <= 2
