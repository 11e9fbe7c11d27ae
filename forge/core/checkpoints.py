"""SQLite's log is carried over into its file by a thread of its own, so that nobody who writes waits for that.

By itself SQLite does it inside whichever transaction finds the log long. On another database there is nothing to do.
"""

from __future__ import annotations

import logging
import sqlite3
import threading

from django.db import connection

from forge.core.lifespan import server_started, server_stopping

_log = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks; one that finds nothing new in the log costs nothing."""
LONG = 4_000
"""Pages in the log above which writers are held up for the rest of it, so that it begins anew: while they
write without a pause, there is always something left that the look before did not carry over."""
PAGE = 4096
"""Bytes of a page."""
PATIENCE = 50
"""Milliseconds that such a look waits for a writer before it leaves it to the next."""


class Checkpoints:
    """The thread; started and stopped with the server.

    It keeps its connection, so none of the others is the last one, which SQLite lets carry over all when it closes.
    """

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Starts it, on SQLite."""
        if connection.vendor == "sqlite":
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, daemon=True, name="checkpoints")
            self._thread.start()

    def stop(self) -> None:
        """Ends it."""
        thread, self._thread = self._thread, None
        self._stopping.set()
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        try:
            connection.ensure_connection()
            lengthen(connection.connection)
        except Exception:
            _log.exception("The database's log could not be made long; it grows while people type")
        while not self._stopping.wait(EVERY):
            try:
                connection.ensure_connection()
                carry_over(connection.connection)
            except Exception:
                # Writers do it themselves when the log becomes far too long.
                _log.exception("The database's log could not be carried over into its file; it is tried again")
                connection.close()
        connection.close()


def carry_over(database: sqlite3.Connection, long: int = LONG) -> int:
    """Carries over what no reader needs in the log any more, and answers how many pages are in it.

    Holds nobody up, unless the log has more than `long` pages.
    """
    database.execute(f"PRAGMA busy_timeout={PATIENCE}")
    _, pages, _ = database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    if pages > long:
        database.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
    return int(pages)


def lengthen(database: sqlite3.Connection, pages: int = LONG) -> None:
    """Gives the log's file the size that it comes to have, by a transaction that is taken back.

    To flush a file that grew takes the disk several times as long as to flush one whose bytes were there already.
    """
    database.execute("PRAGMA cache_size=16")  # pages; what does not fit goes to the log before it is committed
    database.execute("BEGIN IMMEDIATE")
    database.execute("CREATE TABLE what_is_taken_back (bytes BLOB)")
    database.execute("INSERT INTO what_is_taken_back VALUES (zeroblob(?))", (pages * PAGE,))
    database.execute("ROLLBACK")


checkpoints = Checkpoints()
server_started.register(checkpoints.start)
server_stopping.register(checkpoints.stop)
