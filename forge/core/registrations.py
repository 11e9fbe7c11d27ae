"""Work of this floor while a server runs: asking whether the database is there, SQLite's log, and unneeded bytes."""

from __future__ import annotations

import logging

from forge.core.blobs.scrub import SCRUB_EVERY, scrub
from forge.core.blobs.sweep import adopt_strays, sweep_blobs
from forge.core.blobs.usage import recount_all
from forge.core.database.presence import presence, watch_database
from forge.core.http.asgi.lifespan import server_started, server_stopping
from forge.core.processes.checkpoints import checkpoints
from forge.core.processes.periodic import PeriodicTask, RunsIn, register, scheduler

_log = logging.getLogger(__name__)


def remove_unneeded_blobs() -> None:
    """Removes blobs that nothing links, and says how many."""
    result = sweep_blobs()
    if result.blobs:
        _log.info("%d blobs that nothing needs were removed, %d bytes", result.blobs, result.size)


def read_part_of_store() -> None:
    """Compares a part of the stored bytes with their digests, and says how much."""
    result = scrub()
    _log.info("%d stored blobs were compared, %d bytes: %d problems", result.blobs, result.size, result.problems)


def find_strays() -> None:
    """Gives rows to stored bytes that have none, and says how many."""
    if count := adopt_strays():
        _log.info("%d files of the blob store had no row", count)


server_started.register(watch_database)
server_stopping.register(presence.stop)
server_stopping.register(scheduler.stop)
# After the scheduler, whose thread uses the connection.
server_stopping.register(checkpoints.close)
register(
    PeriodicTask(
        "blobs",
        600,
        RunsIn.ONE_WORKER,
        "removes stored bytes that nothing needs",
        remove_unneeded_blobs,
        deletes_old=True,
    )
)
register(PeriodicTask("stored-bytes", 3600, RunsIn.ONE_WORKER, "counts each organisation's bytes anew", recount_all))
register(PeriodicTask("strays", 24 * 3600, RunsIn.ONE_WORKER, "finds stored bytes that a crash left", find_strays))
register(
    PeriodicTask("scrub", SCRUB_EVERY, RunsIn.ONE_WORKER, "compares stored bytes with digests", read_part_of_store)
)
