"""Threads that answer short requests one after the other, and keep their connection to SQLite open in between.

Django gives each request a thread of its own, which opens the database anew: for an answer of a few milliseconds that
is most of the work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from django.db import connections

THREADS = 12
"""More than wait for other registries at once (`forge.registry.distribution.mirrors.fetching`)."""
T = TypeVar("T")


class RequestThreads:
    """The threads of one process. They start when they are needed."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="short-request")

    async def run(self, function: Callable[[], T]) -> T:
        """Calls a function in one of the threads, with the context of the caller."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, copy_context().run, function)


def keep_connections() -> None:
    """Keeps this thread's connections to SQLite for its next request; those to PostgreSQL go back to their pool.

    A connection that failed, or that is in the middle of a transaction, is closed as always.
    """
    for connection in connections.all(initialized_only=True):
        if connection.vendor == "sqlite":
            connection.close_at = None
