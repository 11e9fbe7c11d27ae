"""Checks twice a second that PostgreSQL can be reached, on a connection of its own, so that no request waits to find
out.

A server that is stopped refuses connections at once. One that hangs answers nothing, also to those who are in the
middle of a query: only who asks with a limit on time notices. SQLite is a file of this machine, and always there.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import select
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from django.db import connection

_log = logging.getLogger(__name__)

EVERY = 0.5
"""Seconds between two questions."""
ANSWER_SECONDS = 1.5
"""Seconds for an answer to `SELECT 1`."""
CONNECT_SECONDS = 2
"""Seconds for a new connection; libpq takes no less."""


class Probe(Protocol):
    """Asks the database."""

    def ask(self) -> None:
        """Returns when it answered. Raises whatever says that it did not."""

    def close(self) -> None: ...


class DatabasePresence:
    """The presence of the database, for the event loop and for threads."""

    def __init__(self) -> None:
        self.is_away = False
        self._waiting: dict[asyncio.Future[None], asyncio.AbstractEventLoop] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, probe: Probe, recover: Callable[[], None]) -> None:
        """Asks again and again. `recover` is called when it is back, before anybody hears of it."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, args=(probe, recover), daemon=True, name="database-presence")
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(ANSWER_SECONDS + CONNECT_SECONDS)

    def lost(self) -> asyncio.Future[None]:
        """A future that is done when the database is away; cancel it when it is not waited for any more."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        with self._lock:
            if self.is_away:
                future.set_result(None)
            else:
                self._waiting[future] = loop
        future.add_done_callback(self._forget)
        return future

    def set_away(self, *, is_away: bool) -> None:
        """Says whether it is away; callers that wait for the loss hear of it."""
        with self._lock:
            self.is_away = is_away
            waiting = dict(self._waiting) if is_away else {}
        for future, loop in waiting.items():
            with contextlib.suppress(RuntimeError):  # its loop has ended
                loop.call_soon_threadsafe(_finish, future)

    def _forget(self, future: asyncio.Future[None]) -> None:
        with self._lock:
            self._waiting.pop(future, None)

    def _run(self, probe: Probe, recover: Callable[[], None]) -> None:
        try:
            while not self._stopping.wait(EVERY):
                self._ask(probe, recover)
        finally:
            probe.close()

    def _ask(self, probe: Probe, recover: Callable[[], None]) -> None:
        try:
            probe.ask()
            if self.is_away:
                recover()
        except Exception as error:
            if not self.is_away:
                _log.error("The database does not answer (%s); requests get 503 until it does", type(error).__name__)
                self.set_away(is_away=True)
            return
        if self.is_away:
            _log.warning("The database answers again")
            self.set_away(is_away=False)


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class PostgresqlProbe:
    """Asks PostgreSQL on one connection, which is made anew after any trouble."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self._parameters = {**parameters, "connect_timeout": CONNECT_SECONDS}
        self._connection: Any = None

    def ask(self) -> None:
        try:
            if self._connection is None:
                import psycopg

                self._connection = psycopg.connect(**self._parameters, autocommit=True)
            _ask(self._connection.pgconn, time.monotonic() + ANSWER_SECONDS)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        stale, self._connection = self._connection, None
        if stale is not None:
            stale.close()


def _ask(server: Any, deadline: float) -> None:
    """Sends a question, and reads the answer as long as there is time. Raises `TimeoutError` and `OSError`."""
    server.send_query(b"SELECT 1")
    has_failed = False
    while True:
        while server.is_busy():
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([server.socket], [], [], left)[0]:
                raise TimeoutError("The database did not answer.")
            server.consume_input()
        result = server.get_result()
        if result is None:
            break
        has_failed |= bool(result.error_message)
    if has_failed:
        raise OSError("The database refused a query.")


presence = DatabasePresence()
"""The presence of this process's database."""


def watch_database() -> None:
    """Begins to ask PostgreSQL; with SQLite there is nothing to ask."""
    if connection.vendor == "postgresql":
        parameters = connection.get_connection_params()
        for name in ("cursor_factory", "context", "prepare_threshold"):
            parameters.pop(name, None)
        pool: Any = getattr(connection, "pool")  # noqa: B009 (only PostgreSQL's connections have one)
        presence.start(PostgresqlProbe(parameters), pool.check)
