"""Checkpoints SQLite's write-ahead log in the background, so that no writer waits for it.

SQLite itself checkpoints inside a transaction that finds the log long. Other databases need nothing.
"""

from __future__ import annotations

import sqlite3

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from forge.core.processes.periodic import PeriodicTask, RunsIn, register

INTERVAL_SECONDS = 1.0
"""Seconds between two checkpoints; one without new pages costs nothing."""
MAX_LOG_PAGES = 4_000
"""Pages in the log above which a checkpoint blocks writers, so that the log starts over. While writers never pause, a
passive checkpoint always leaves some pages."""
PAGE_BYTES = 4096
"""Bytes of a page."""
BUSY_TIMEOUT_MS = 50
"""Milliseconds that a blocking checkpoint waits for a writer."""


class Checkpoints:
    """A separate connection with its own timeout, for the scheduler's thread.

    It stays open, because SQLite checkpoints the whole log when the last connection closes.
    """

    def __init__(self) -> None:
        self._connection: BaseDatabaseWrapper | None = None

    def checkpoint(self) -> None:
        """Checkpoints the log."""
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
    """Checkpoints the pages that no reader needs, and returns how many pages the log has.

    Blocks writers only if the log has more than `long` pages.
    """
    database.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    _, pages, _ = database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    if pages > long:
        database.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
    return int(pages)


def preallocate_log(database: sqlite3.Connection, pages: int = MAX_LOG_PAGES) -> None:
    """Grows the log's file to its usual size by a transaction that is rolled back.

    Flushing a file that grew takes several times as long as flushing one of the same size.
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
            RunsIn.EACH_SERVER,
            "carries SQLite's log over into its file",
            checkpoints.checkpoint,
        )
    )
