"""The threads of a process that makes its previews itself. Each keeps its connection to the database for a while: to
open one takes longer than to read what an edit changed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from django.db import connections

_log = logging.getLogger(__name__)

MAX_IDLE_SECONDS = 30.0
"""Seconds for which a connection is kept while nobody edits; after that the other end may be gone."""


class PreviewThreads:
    """Calls `work` with the ids of projects, in one of `count` threads."""

    def __init__(self, work: Callable[..., None], count: int) -> None:
        self._work = work
        self._pool = ThreadPoolExecutor(count, "previews")
        self._used = threading.local()

    def wake(self, *project_ids: UUID) -> None:
        """Begins the work, once a thread is free."""
        self._pool.submit(self._do, project_ids)

    def close(self) -> None:
        """Begins nothing more; never waits."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _do(self, project_ids: tuple[UUID, ...]) -> None:
        if time.monotonic() - getattr(self._used, "at", 0.0) > MAX_IDLE_SECONDS:
            connections.close_all()
        try:
            self._work(*project_ids)
        except Exception:
            # Resuming wakes a thread again.
            _log.exception("Previews could not be begun")
            connections.close_all()
        self._used.at = time.monotonic()
