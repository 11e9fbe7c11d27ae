"""The one thread through which live updates reach the database, with a connection of its own.

Whatever waits is written in one transaction, of however many rooms: the disk is waited for once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import SimpleQueue
from uuid import UUID

from django.db import connections

from forge.core.errors import NotFound
from forge.projects.files.document_store import Batch, announce, append_batches

MAX_DOCUMENTS = 200
"""Documents of one transaction."""
MAX_IDLE_SECONDS = 30.0
"""Seconds that the connection is kept while nobody types. To open one takes longer than to store a keystroke, and
the thread that closes the last one to an SQLite file waits for all of its log."""

_NONE: Mapping[int, UUID] = {}
_log = logging.getLogger(__name__)


@dataclass
class _Append:
    batch: Batch
    future: asyncio.Future[int]


@dataclass
class _Work:
    work: Callable[[], None]
    future: Future[None] = field(default_factory=Future)


class Writer:
    """Writes in a thread of its own, which starts with the first job."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[_Append | _Work | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def append(
        self, project_id: UUID, updates: Sequence[tuple[bytes, UUID | None]], clients: Mapping[int, UUID] = _NONE
    ) -> asyncio.Future[int]:
        """Stores updates with their authors, and the people behind new Yjs clients. Called on an event loop.

        Gives the last one's number once the transaction is on the disk, or `NotFound` when the project is gone.
        """
        job = _Append(Batch(project_id, updates, clients), asyncio.get_running_loop().create_future())
        self._put(job)
        return job.future

    def do(self, work: Callable[[], None]) -> Future[None]:
        """Does `work` between two transactions."""
        job = _Work(work)
        self._put(job)
        return job.future

    def _put(self, job: _Append | _Work) -> None:
        with self._lock:
            self._jobs.put(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="document-writer")
                self._thread.start()

    def close(self) -> None:
        """Writes the pending updates, and ends the thread."""
        with self._lock:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._jobs.put(None)
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        try:
            is_last, used_at = False, 0.0
            while not is_last:
                jobs = [self._jobs.get()]
                if time.monotonic() - used_at > MAX_IDLE_SECONDS:
                    connections.close_all()
                used_at = time.monotonic()
                while len(jobs) < MAX_DOCUMENTS and not self._jobs.empty():
                    jobs.append(self._jobs.get())
                is_last = None in jobs
                _write([job for job in jobs if isinstance(job, _Append)])
                for job in jobs:
                    if isinstance(job, _Work):
                        _do(job)
        finally:
            connections.close_all()


def _write(jobs: Sequence[_Append]) -> None:
    """Writes in one transaction; the jobs hear of it when it is over, and the others after them."""
    if not jobs:
        return
    batches = [job.batch for job in jobs]
    try:
        last = append_batches(batches)
    except Exception as error:
        _log.exception("Live updates could not be stored")
        connections.close_all()
        _answer(jobs, [error] * len(jobs))
        return
    _answer(jobs, [NotFound("This project was deleted.") if number is None else number for number in last])
    announce(batches, last, origin="socket")


def _answer(jobs: Sequence[_Append], answers: Sequence[int | Exception]) -> None:
    """Wakes the event loops of those who wait, each once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[int], int | Exception]]] = {}
    for job, answer in zip(jobs, answers, strict=True):
        by_loop.setdefault(job.future.get_loop(), []).append((job.future, answer))
    for loop, pairs in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the caller that waited ended with the whole loop
            loop.call_soon_threadsafe(_set_answers, pairs)


def _set_answers(pairs: Sequence[tuple[asyncio.Future[int], int | Exception]]) -> None:
    for future, answer in pairs:
        if future.cancelled():
            continue
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)


def _do(job: _Work) -> None:
    try:
        job.work()
    except Exception as error:
        connections.close_all()
        job.future.set_exception(error)
    else:
        job.future.set_result(None)


writer = Writer()
"""The writer of this process."""
