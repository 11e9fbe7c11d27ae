"""The build worker of a process: inside the server without a queue, else a separate process (`manage.py work`)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import current_app
from celery.platforms import EX_OK
from celery.worker import state
from django.conf import settings
from django.db import close_old_connections, connections

from forge.builds.dispatch import look_after_builds, numbered_slots, preview_slot, stopping
from forge.builds.waking import wake_builds
from forge.builds.workplace import remove_leftovers, workplaces
from forge.core.blob_sweep import adopt_strays, sweep_blobs
from forge.projects.samples import end_samples

_log = logging.getLogger(__name__)

SAMPLES_EVERY = 60.0
"""Seconds between two looks for recordings whose time is over."""
BLOBS_EVERY = 600.0
"""Seconds between two sweeps of stored bytes that nothing needs."""
STRAYS_EVERY = 24 * 3600.0
"""Seconds between two looks through the whole store, for bytes that a crash left."""
SWEEP_EVERY = 2.0
"""Seconds between two looks for builds whose worker died."""
END_LIMIT = 10.0
"""Seconds that the end waits for those at work, who look for it several times a second."""


class BuildWorker:
    """A Celery worker of threads, and sweeps beside it. Started once in a process, when the server starts."""

    def __init__(self) -> None:
        self._worker: Any = None
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Starts all; returns at once."""
        state.should_stop = None
        remove_leftovers(workplaces())
        self._worker = current_app.WorkController(
            pool_cls="threads",
            # One thread a slot, one for the sweep's task and those that find their slots busy and return.
            concurrency=numbered_slots() + 2,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )
        self._run("build-worker", self._worker.start)
        self._run("build-sweep", self._sweep)
        self._run("blob-sweep", self._keep_store)

    def _run(self, name: str, target: Any) -> None:
        thread = threading.Thread(target=target, daemon=True, name=name)
        self._threads.append(thread)
        thread.start()

    def _sweep(self) -> None:
        try:
            preview_slot.warm_up()
            samples = Periodic(SAMPLES_EVERY, "samples", _end_samples)
            while not stopping.is_set():
                close_old_connections()
                try:
                    if look_after_builds():
                        wake_builds()
                except Exception:
                    _log.exception("The sweep for builds failed; it is tried again")
                samples.run_when_due()
                stopping.wait(SWEEP_EVERY)
        finally:
            connections.close_all()

    def _keep_store(self) -> None:
        """In a thread of its own: to look through a large store takes a while, and builds wait for nothing."""
        tasks = (
            Periodic(STRAYS_EVERY, "stray bytes", _adopt_strays),
            Periodic(BLOBS_EVERY, "blobs", _sweep_blobs),
        )
        try:
            # Not at once: whoever started the server waits for a page.
            while not stopping.wait(SAMPLES_EVERY):
                close_old_connections()
                for task in tasks:
                    task.run_when_due()
        finally:
            connections.close_all()

    def stop(self) -> None:
        """Ends all. A build that runs goes back into the queue, for the next start to take up."""
        stopping.set()
        if self._worker is not None:
            # As Celery's own handler of signals does.
            state.should_stop = EX_OK
            if settings.EMBEDDED_WORKER:
                # On a queue in memory it waits up to 2 s for a message, and once more after it was told.
                wake_builds()
                wake_builds()
        for thread in self._threads:
            thread.join(END_LIMIT)
        preview_slot.close()


class Periodic:
    """Something that is done every so many seconds, the first time at once."""

    def __init__(self, every: float, name: str, action: Callable[[], None]) -> None:
        self._every = every
        self._name = name
        self._action = action
        self._due = 0.0

    def run_when_due(self) -> None:
        """Does it if its time has come. What it raises is logged; it is tried again the next time."""
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + self._every
        try:
            self._action()
        except Exception:
            _log.exception("The sweep for %s failed; it is tried again", self._name)


def _end_samples() -> None:
    if ended := end_samples():
        _log.info("%d samples were deleted: their time was over", ended)


def _adopt_strays() -> None:
    if found := adopt_strays():
        _log.info("%d files of the blob store had no row", found)


def _sweep_blobs() -> None:
    swept = sweep_blobs()
    if swept.blobs:
        _log.info("%d blobs that nothing needs were removed, %d bytes", swept.blobs, swept.size)
