"""The build worker of a process: the server's own where there is no queue, else `manage.py work`."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from celery import current_app
from celery.platforms import EX_OK
from celery.worker import state
from django.conf import settings
from django.db import connections

from forge.builds.previews.dispatch import PLACES_OF_PREVIEWS, preview_slots
from forge.builds.previews.leases import end_leases
from forge.builds.previews.notify import notify_preview, work_here
from forge.builds.previews.refresh import resume_previews
from forge.builds.previews.threads import PreviewThreads
from forge.compute.pool.fork_server import COMPILERS
from forge.compute.workdir import remove_leftovers, workdirs
from forge.jobs.models import WorkerCapability
from forge.jobs.workers.slots import job_slots, queue_name, stopping

END_LIMIT = 10.0
"""Seconds that `stop` waits for the threads; a build or preview in work looks several times a second whether to end."""


class BuildWorker:
    """A Celery worker of threads. It is started once in a process, when that process starts."""

    def __init__(self) -> None:
        self._worker: Any = None
        self._threads: list[threading.Thread] = []
        self._previews: PreviewThreads | None = None

    def start(self) -> None:
        """Starts all; returns at once."""
        state.should_stop = None
        remove_leftovers(workdirs())
        self._worker = current_app.WorkController(
            pool_cls="threads",
            queues=self._queues(),
            # One thread a place, and one for those that find no place and return.
            concurrency=sum(slots.places for slots in job_slots.values()) + PLACES_OF_PREVIEWS + 1,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )
        if settings.EMBEDDED_WORKER:
            # One place more, as above.
            self._previews = PreviewThreads(preview_slots.work, PLACES_OF_PREVIEWS + 1)
            work_here(self._previews.wake)
        self._run("build-worker", self._worker.start)
        self._run("compiler-warm-up", self._warm_up)

    def _queues(self) -> list[str]:
        """The queues of wake-ups: previews are for workers that build."""
        previews = [current_app.conf.task_default_queue] if WorkerCapability.BUILD in job_slots else []
        return [*previews, *map(queue_name, job_slots)]

    def _run(self, name: str, target: Any) -> None:
        thread = threading.Thread(target=target, daemon=True, name=name)
        self._threads.append(thread)
        thread.start()

    def _warm_up(self) -> None:
        try:
            COMPILERS.prepare()
            if settings.EMBEDDED_WORKER:
                # No other process could be making them.
                end_leases()
                resume_previews(timedelta())
        finally:
            connections.close_all()

    def stop(self) -> None:
        """Ends all. A build that runs goes back into the queue, for the next start to take up."""
        stopping.set()
        work_here(None)
        if self._previews is not None:
            self._previews.close()
        if self._worker is not None:
            # As Celery's own handler of signals does.
            state.should_stop = EX_OK
            if settings.EMBEDDED_WORKER:
                # On a queue in memory it waits up to 2 s for a message, and once more after the signal to stop.
                notify_preview()
                notify_preview()
        for thread in self._threads:
            thread.join(END_LIMIT)
        preview_slots.close()
        COMPILERS.close()
