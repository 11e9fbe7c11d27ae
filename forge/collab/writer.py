"""The one thread through which live updates reach the database, with a connection of its own.

Whatever waits is written in one transaction, of however many rooms: the disk is waited for once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import SimpleQueue
from uuid import UUID

from django.db import close_old_connections, connections

from forge.core.errors import NotFound
from forge.projects.documents import Batch, append_batches

BATCH = 200
"""Documents of one transaction."""

_NONE: Mapping[int, UUID] = {}
_log = logging.getLogger(__name__)


@dataclass
class _Append:
    batch: Batch
    done: Future[int] = field(default_factory=Future)


@dataclass
class _Work:
    work: Callable[[], None]
    done: Future[None] = field(default_factory=Future)


class Writer:
    """Writes in a thread of its own, which starts with the first job."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[_Append | _Work | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def append(
        self, project_id: UUID, updates: Sequence[tuple[bytes, UUID | None]], clients: Mapping[int, UUID] = _NONE
    ) -> Future[int]:
        """Stores updates with their authors, and the people behind new Yjs clients.

        Gives the last one's number once the transaction is on the disk, or `NotFound` when the project is gone.
        """
        job = _Append(Batch(project_id, updates, clients))
        self._put(job)
        return job.done

    def do(self, work: Callable[[], None]) -> Future[None]:
        """Does `work` between two transactions."""
        job = _Work(work)
        self._put(job)
        return job.done

    def _put(self, job: _Append | _Work) -> None:
        with self._lock:
            self._jobs.put(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="document-writer")
                self._thread.start()

    def close(self) -> None:
        """Writes what waits, and ends the thread."""
        with self._lock:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._jobs.put(None)
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        try:
            is_last = False
            while not is_last:
                jobs = [self._jobs.get()]
                while len(jobs) < BATCH and not self._jobs.empty():
                    jobs.append(self._jobs.get())
                is_last = None in jobs
                close_old_connections()
                _write([job for job in jobs if isinstance(job, _Append)])
                for job in jobs:
                    if isinstance(job, _Work):
                        _do(job)
        finally:
            connections.close_all()


def _write(jobs: Sequence[_Append]) -> None:
    """One transaction; the jobs hear of it when it is over."""
    if not jobs:
        return
    try:
        last = append_batches([job.batch for job in jobs], origin="socket")
    except Exception as error:
        _log.exception("Live updates could not be stored")
        for job in jobs:
            job.done.set_exception(error)
        return
    for job, number in zip(jobs, last, strict=True):
        if number is None:
            job.done.set_exception(NotFound("This project was deleted."))
        else:
            job.done.set_result(number)


def _do(job: _Work) -> None:
    try:
        job.work()
    except Exception as error:
        job.done.set_exception(error)
    else:
        job.done.set_result(None)


writer = Writer()
"""The writer of this process."""
