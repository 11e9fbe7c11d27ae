"""The one thread in which sockets query the database, with a connection that it keeps while they do.

What they ask is small and asked often: who may, and what was missed. To open a connection each time takes several times
as long as the answer, and Python's one running thread at a time from those who type.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connections

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


class RoomReader:
    """Answers one question after another; its thread starts with the first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None

    async def ask(
        self, question: Callable[Arguments, Answer], *values: Arguments.args, **keywords: Arguments.kwargs
    ) -> Answer:
        """Returns or raises the result of `question` in the thread."""
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(1, "socket-reader")
            future = self._pool.submit(_answer, lambda: question(*values, **keywords))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Answers what was asked, and ends the thread and its connection; never waits. It can be asked again."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.submit(connections.close_all)
            pool.shutdown(wait=False)


def _answer(question: Callable[[], Answer]) -> Answer:
    """A connection that broke since the last question is opened anew once."""
    try:
        return question()
    except (OperationalError, InterfaceError):
        connections.close_all()
        return question()


reader = RoomReader()
"""The reader of this process."""
