"""Polls the database for all sockets and rooms of a process, a few times per second, to find lost messages.

Streams and documents are numbered without gaps, so a number that is higher than what was heard says that something
was missed, no matter who wrote it and what became of the message.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from forge.collab.reader import reader
from forge.core.events.log import last_sequences
from forge.projects.files.document_store import document_sequences

_log = logging.getLogger(__name__)

POLL_INTERVAL_SECONDS = 0.4
"""Seconds between two polls: a lost message of a document is found after one of them, of a stream after two."""

OnNumber = Callable[[int], None]


class NumberWatch:
    """Follows numbers of streams and of documents. Used on the event loop's thread."""

    def __init__(self) -> None:
        self._streams: dict[str, set[Callable[[str, int], None]]] = {}
        self._last_numbers: Mapping[str, int] = {}
        """The streams' last numbers at the look before."""
        self._documents: dict[UUID, OnNumber] = {}
        self._task: asyncio.Task[None] | None = None
        self._failed = False

    def follow_stream(self, stream: str, callback: Callable[[str, int], None]) -> None:
        """Calls `callback` with the stream and the last number that it had a look ago, at each look.

        An event is in the database a moment before its message is on the way, and the message says more: it is given
        the time between two looks.
        """
        self._streams.setdefault(stream, set()).add(callback)
        self._start()

    def leave_stream(self, stream: str, callback: Callable[[str, int], None]) -> None:
        """Ends `follow_stream`."""
        followers = self._streams.get(stream, set())
        followers.discard(callback)
        if not followers:
            self._streams.pop(stream, None)

    def follow_document(self, project_id: UUID, callback: OnNumber) -> None:
        """Calls `callback` with the number of the document's last update, at each look."""
        self._documents[project_id] = callback
        self._start()

    def leave_document(self, project_id: UUID) -> None:
        """Ends `follow_document`."""
        self._documents.pop(project_id, None)

    def close(self) -> None:
        """Ends it, and forgets all that it followed."""
        self._streams.clear()
        self._last_numbers = {}
        self._documents.clear()
        if self._task is not None:
            self._task.cancel()
            self._task = None
        reader.close()

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._poll())

    async def _poll(self) -> None:
        while self._streams or self._documents:
            await asyncio.sleep(POLL_INTERVAL_SECONDS)
            try:
                streams, documents = await reader.ask(_numbers, tuple(self._streams), tuple(self._documents))
                self._failed = False
            except Exception:
                if not self._failed:
                    _log.exception("The database cannot be asked what was missed; it is asked again")
                self._failed = True
                continue
            before, self._last_numbers = self._last_numbers, streams
            for stream in streams.keys() & before.keys():
                for callback in tuple(self._streams.get(stream, ())):
                    callback(stream, before[stream])
            for project_id, last in documents.items():
                if project_id in self._documents:
                    self._documents[project_id](last)
        self._last_numbers = {}
        # Nobody is here: the next one to come opens another connection.
        reader.close()


def _numbers(streams: Iterable[str], documents: Iterable[UUID]) -> tuple[Mapping[str, int], Mapping[UUID, int]]:
    return last_sequences(streams), document_sequences(documents)


watch = NumberWatch()
"""The watch of this process."""
