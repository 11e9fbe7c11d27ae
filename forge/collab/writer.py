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
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import close_old_connections, connections, transaction

from forge.core.errors import DomainError
from forge.projects.documents import append_updates, note_clients

R = TypeVar("R")

BATCH = 200
"""Jobs of one transaction."""

_NONE: Mapping[int, UUID] = {}
_log = logging.getLogger(__name__)


@dataclass
class _Job(Generic[R]):
    project_id: UUID
    work: Callable[[], R]
    done: Future[R] = field(default_factory=Future)


class Writer:
    """Writes in a thread of its own, which starts with the first job."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def append(
        self, project_id: UUID, updates: Sequence[tuple[bytes, UUID | None]], clients: Mapping[int, UUID] = _NONE
    ) -> Future[int]:
        """Stores updates with their authors, and the people behind new Yjs clients.

        Gives the last one's number once the transaction is on the disk.
        """

        def store() -> int:
            if clients:
                note_clients(project_id, clients)
            return append_updates(project_id, updates, origin="socket")

        return self.do(project_id, store)

    def do(self, project_id: UUID, work: Callable[[], R]) -> Future[R]:
        """Does `work` on a project within the next transaction.

        Its domain errors are its own; another error undoes the batch.
        """
        job = _Job(project_id, work)
        with self._lock:
            self._jobs.put(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="document-writer")
                self._thread.start()
        return job.done

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
            while (job := self._jobs.get()) is not None:
                batch, is_last = [job], False
                while len(batch) < BATCH and not self._jobs.empty():
                    following = self._jobs.get()
                    if following is None:
                        is_last = True
                        break
                    batch.append(following)
                close_old_connections()
                _write(batch)
                if is_last:
                    return
        finally:
            connections.close_all()


def _write(batch: Sequence[_Job[Any]]) -> None:
    """One transaction; the jobs hear of it when it is over."""
    results: list[tuple[_Job[Any], Any, DomainError | None]] = []
    try:
        with transaction.atomic():
            # Writers of several processes lock rows of several projects: in one order, or they wait for each other.
            for job in sorted(batch, key=lambda job: job.project_id):
                try:
                    with transaction.atomic():
                        results.append((job, job.work(), None))
                except DomainError as error:
                    results.append((job, None, error))
    except Exception as error:
        _log.exception("Live updates could not be stored")
        for job in batch:
            job.done.set_exception(error)
        return
    for job, result, failure in results:
        if failure is None:
            job.done.set_result(result)
        else:
            job.done.set_exception(failure)


writer = Writer()
"""The writer of this process."""
