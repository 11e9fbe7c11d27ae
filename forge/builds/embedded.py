"""The build worker of a process: inside the server where there is no queue, else one of its own (`manage.py work`)."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from celery import current_app
from celery.platforms import EX_OK
from celery.worker import state
from django.conf import settings
from django.db import close_old_connections, connections

from forge.builds.dispatch import look_after_builds, numbered_slots, preview_slot, stopping
from forge.builds.waking import wake_builds
from forge.builds.workplace import remove_leftovers, workplaces
from forge.projects.samples import end_samples

_log = logging.getLogger(__name__)

SAMPLES_EVERY = 60.0
"""Seconds between two looks for recordings whose time is over."""
SWEEP_EVERY = 2.0
"""Seconds between two looks for builds whose worker died."""
END_LIMIT = 10.0
"""Seconds that the end waits for those at work, who look for it several times a second."""


class BuildWorker:
    """A Celery worker of threads, and a sweep beside it. Started once in a process, when the server starts."""

    def __init__(self) -> None:
        self._worker: Any = None
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Starts both; returns at once."""
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

    def _run(self, name: str, target: Any) -> None:
        thread = threading.Thread(target=target, daemon=True, name=name)
        self._threads.append(thread)
        thread.start()

    def _sweep(self) -> None:
        try:
            preview_slot.warm_up()
            samples_at = 0.0
            while not stopping.is_set():
                close_old_connections()
                try:
                    if look_after_builds():
                        wake_builds()
                except Exception:
                    _log.exception("The sweep for builds failed; it is tried again")
                if time.monotonic() >= samples_at:
                    samples_at = time.monotonic() + SAMPLES_EVERY
                    _end_samples()
                stopping.wait(SWEEP_EVERY)
        finally:
            connections.close_all()

    def stop(self) -> None:
        """Ends both. A build that runs goes back into the queue, for the next start to take up."""
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


def _end_samples() -> None:
    try:
        ended = end_samples()
    except Exception:
        _log.exception("The sweep for samples failed; it is tried again")
    else:
        if ended:
            _log.info("%d samples were deleted: their time was over", ended)
