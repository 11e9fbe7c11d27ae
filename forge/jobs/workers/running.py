"""Running one job: its executor is called with the job's context, and the job ends with what it returns or raises."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from forge.compute.scheduler.pace import ComputePace, PaceNow, usual_pace
from forge.compute.scheduler.slots import Party
from forge.core.database.full_disk import is_full_disk
from forge.core.leases import LeaseLost
from forge.jobs import queue
from forge.jobs.kinds import AttemptFailed, JobFailed, JobPaused, JobStopped, kind_of
from forge.jobs.log import NewLogLine
from forge.jobs.models import JobState
from forge.jobs.queue import JobLease

_log = logging.getLogger(__name__)

RENEW_EVERY = 1.0
"""Seconds. Also how soon a job that was cancelled is stopped."""
LOG_EVERY = 0.2
"""Seconds that lines are gathered before they are written together."""
FULL_DISK = "The server's disk is full. Tell the operator, and retry when there is room."


class RunningJob:
    """One job in work: the `JobContext` of its executor. `stopping` is set when the process ends."""

    def __init__(self, lease: JobLease, stopping: threading.Event, pace: PaceNow = usual_pace) -> None:
        self._lease = lease
        self._kind = kind_of(lease.job.kind)
        self._stopping = stopping
        self._pace = pace
        self._lines: list[NewLogLine] = []
        self._progress: dict[str, float | str] = {}
        self._renewed_at = time.monotonic()

    @property
    def job_id(self) -> UUID:
        """The job's id."""
        return self._lease.job.pk

    @property
    def party(self) -> Party:
        """On whose behalf it runs."""
        return self._lease.party

    @property
    def spec(self) -> Mapping[str, Any]:
        """The task."""
        spec: Mapping[str, Any] = self._lease.job.spec
        return spec

    @property
    def attempt(self) -> int:
        """The number of this attempt, from 1."""
        return int(self._lease.job.attempt)

    def confirm_lease(self) -> None:
        """Renews the lease in the caller's transaction."""
        queue.renew(self._lease)

    def tick(self) -> None:
        """Renews the lease once a second, with the lines and the progress since the last time; sooner with lines."""
        if self._stopping.is_set():
            raise JobStopped
        if time.monotonic() - self._renewed_at > (LOG_EVERY if self._lines else RENEW_EVERY):
            self._renew()

    def pace(self) -> ComputePace:
        """How fast to compute now."""
        return self._pace()

    def _renew(self) -> None:
        lines, self._lines = self._lines, []
        progress, self._progress = self._progress, {}
        queue.renew(self._lease, lines, progress)
        self._renewed_at = time.monotonic()

    def log(self, text: str, level: str = "info", step: str = "", milliseconds: float | None = None) -> None:
        """Adds a line, which is stored with the next renewal."""
        self._lines.append(NewLogLine(text, level, step, milliseconds))

    def report(self, progress: float, activity: str) -> None:
        """Says how far the job is, which is stored with the next renewal."""
        self._progress = {"progress": min(1.0, max(0.0, progress)), "activity": activity[:200]}

    def load_checkpoint(self) -> bytes | None:
        """Returns what an earlier attempt saved."""
        return queue.load_checkpoint(self._lease)

    def save_checkpoint(self, data: bytes) -> None:
        """Stores from what the next attempt goes on."""
        queue.save_checkpoint(self._lease, data)

    def run(self) -> None:
        """Does the job. A lost lease ends it silently: another worker has the job, or it was cancelled."""
        try:
            self._run()
        except LeaseLost:
            _log.info("The job %s is no longer this worker's", self.job_id)

    def _run(self) -> None:
        try:
            result = self._kind.execute(self)
        except LeaseLost:
            raise
        except JobStopped:
            self._tell(f"The server stops. The {self._kind.noun} starts again when it is back.", "warning")
            queue.put_back(self._lease, self._lines, counts=False)
        except JobPaused:
            queue.put_back(self._lease, self._lines, counts=False, paused=True)
        except JobFailed as error:
            self._fail(str(error))
        except AttemptFailed as error:
            attempts = min(self._kind.attempts, error.attempts or self._kind.attempts)
            self._try_again(attempts, str(error), str(error))
        except Exception as error:
            if is_full_disk(error):
                self._fail(FULL_DISK)
                return
            _log.exception("The job %s failed", self.job_id)
            noun = self._kind.noun
            last_reason = f"The server could not run this {noun}. Tell the operator."
            self._try_again(self._kind.attempts, f"The {noun} failed.", last_reason)
        else:
            queue.finish(self._lease, JobState.SUCCEEDED, result=result, lines=self._lines)

    def _try_again(self, attempts: int, reason: str, last_reason: str) -> None:
        """Queues the job again, or ends it when its last attempt failed."""
        if self.attempt >= attempts:
            self._fail(last_reason)
            return
        again = f"The {self._kind.noun} starts again, attempt {self.attempt + 1} of {attempts}."
        self._tell(f"{reason} {again}", "warning")
        queue.put_back(self._lease, self._lines, counts=True, wait=self._kind.back_off(self.attempt))

    def _tell(self, text: str, level: str) -> None:
        """Adds a line about the job itself."""
        self._lines.append(NewLogLine(text, level))

    def _fail(self, reason: str) -> None:
        self._tell(reason, "error")
        queue.finish(self._lease, JobState.FAILED, error=reason, lines=self._lines)
