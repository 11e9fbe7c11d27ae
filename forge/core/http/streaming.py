"""Answers that are read in pieces, where a server answers in an event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TypeVar

from channels.db import database_sync_to_async

Piece = TypeVar("Piece", str, bytes)


async def in_threads(pieces: Iterator[Piece]) -> AsyncIterator[Piece]:
    """Returns the same pieces, each read in a thread that gives its connection to the database back."""
    read = database_sync_to_async(next, thread_sensitive=False)
    while (piece := await read(pieces, None)) is not None:
        yield piece
