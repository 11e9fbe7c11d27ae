"""SQLite's log is carried over into its file beside those who write, so that nobody waits for that.

By itself SQLite does it inside whichever transaction finds the log long. On another database there is nothing to do.
"""

from __future__ import annotations

import sqlite3

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from forge.core.periodic import PeriodicTask, Runs, register

INTERVAL_SECONDS = 1.0
"""Seconds between two looks; one that finds nothing new in the log costs nothing."""
MAX_LOG_PAGES = 4_000
"""Pages in the log above which writers are held up for the rest of it, so that it begins anew: while they
write without a pause, there is always something left that the look before did not carry over."""
PAGE_BYTES = 4096
"""Bytes of a page."""
BUSY_TIMEOUT_MS = 50
"""Milliseconds that such a look waits for a writer before it leaves it to the next."""


class Checkpoints:
    """A connection of its own, with a patience of its own, which the scheduler's thread uses.

    It is kept, so none of the others is the last one, which SQLite lets carry over all when it closes.
    """

    def __init__(self) -> None:
        self._connection: BaseDatabaseWrapper | None = None

    def checkpoint(self) -> None:
        """Carries over what is new in the log. Writers do it themselves when it becomes far too long."""
        if self._connection is None:
            self._connection = connection.copy()
            # It is closed by the thread that stops the server.
            self._connection.inc_thread_sharing()
            self._connection.ensure_connection()
            preallocate_log(self._connection.connection)
        try:
            self._connection.ensure_connection()
            checkpoint(self._connection.connection)
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """Closes the connection; the next call opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def checkpoint(database: sqlite3.Connection, long: int = MAX_LOG_PAGES) -> int:
    """Carries over what no reader needs in the log any more, and answers how many pages are in it.

    Holds nobody up, unless the log has more than `long` pages.
    """
    database.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    _, pages, _ = database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    if pages > long:
        database.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
    return int(pages)


def preallocate_log(database: sqlite3.Connection, pages: int = MAX_LOG_PAGES) -> None:
    """Gives the log's file the size that it comes to have, by a transaction that is taken back.

    To flush a file that grew takes the disk several times as long as to flush one whose bytes were there already.
    """
    database.execute("PRAGMA cache_size=16")  # pages; what does not fit goes to the log before it is committed
    database.execute("BEGIN IMMEDIATE")
    database.execute("CREATE TABLE preallocation (bytes BLOB)")
    database.execute("INSERT INTO preallocation VALUES (zeroblob(?))", (pages * PAGE_BYTES,))
    database.execute("ROLLBACK")


checkpoints = Checkpoints()
if connection.vendor == "sqlite":
    register(
        PeriodicTask(
            "checkpoint",
            INTERVAL_SECONDS,
            Runs.EACH_SERVER,
            "carries SQLite's log over into its file",
            checkpoints.checkpoint,
        )
    )
