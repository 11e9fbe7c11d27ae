"""The periodic work of jobs."""

from __future__ import annotations

from forge.core.processes.periodic import PeriodicTask, RunsIn, register
from forge.jobs.queue import delete_old
from forge.jobs.workers.slots import sweep_jobs

register(PeriodicTask("jobs", 2.0, RunsIn.EACH_WORKER, "queues jobs again whose worker died", sweep_jobs))
register(
    PeriodicTask("old-jobs", 3600, RunsIn.ONE_WORKER, "deletes jobs that ended long ago", delete_old, deletes_old=True)
)
