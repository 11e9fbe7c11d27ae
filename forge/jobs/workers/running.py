"""Running one job: its executor is called with the job's context, and the job ends with what it returns or raises."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from forge.compute.scheduler.compute_pace import ComputePace, PaceNow, usual_pace
from forge.compute.scheduler.slots import Party
from forge.core.database.full_disk import has_no_room, is_full_disk
from forge.core.database.leases import LeaseLost
from forge.core.observability.spans import job_span, span_ended
from forge.jobs import queue
from forge.jobs.kinds import AttemptFailed, JobFailed, JobPaused, JobStopped, kind_of
from forge.jobs.log import NewLogLine
from forge.jobs.models import JobState
from forge.jobs.queue import JobLease
from forge.jobs.workers import checkpoints

_log = logging.getLogger(__name__)

RENEW_EVERY = 1.0
"""Seconds. Also how soon a job that was cancelled is stopped."""
LOG_EVERY = 0.2
"""Seconds that lines are gathered before they are written together."""
FULL_DISK = "The server's disk is full. Tell the operator, and retry when there is room."
PENDING_REASON = "Waits for room on the server's disk, which is full. Tell the operator"
"""The reason of a job that waits for room."""
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=15)
"""The limits of the wait for room on a disk."""
WRITE_AGAIN_EVERY = 1.0
"""Seconds between two attempts to write to a database that has no room."""


def wait_for_room(ran: timedelta, last_wait: timedelta) -> timedelta:
    """Returns how long a job waits that met a full disk after it ran for so long: it computes the same again."""
    return min(max(SHORTEST_WAIT, ran, 2 * last_wait), LONGEST_WAIT)


class RunningJob:
    """A running job: the `JobContext` of its executor. `stopping` is set when the process ends."""

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
        """The party on whose behalf it runs."""
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
        """Returns how fast to compute now."""
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
        return checkpoints.load_checkpoint(self._lease)

    def save_checkpoint(self, data: bytes) -> None:
        """Stores from what the next attempt goes on."""
        checkpoints.save_checkpoint(self._lease, data)

    def run(self) -> None:
        """Does the job. A lost lease ends it silently: another worker has the job, or it was cancelled."""
        try:
            self._run()
        except LeaseLost:
            _log.info("The job %s is no longer this worker's", self.job_id)

    def _run(self) -> None:
        try:
            result = self._execute()
        except LeaseLost:
            raise
        except JobStopped:
            self._log_line(f"The server stops. The {self._kind.noun} starts again when it is back.", "warning")
            self._put_back(counts=False)
        except JobPaused:
            self._put_back(counts=False, paused=True)
        except Exception as error:
            self._end_attempt(error)
        else:
            self._write(lambda: queue.finish(self._lease, JobState.SUCCEEDED, result=result, lines=self._lines))

    def _execute(self) -> Mapping[str, Any]:
        begin, error = time.time_ns(), ""
        is_error = False
        try:
            return self._kind.execute(self)
        except Exception as raised:
            error = type(raised).__name__
            is_error = not isinstance(raised, JobStopped | JobPaused | LeaseLost)
            raise
        finally:
            span_ended.call(job_span(self._kind.name, begin, time.time_ns(), error, is_error=is_error))

    def _end_attempt(self, error: Exception) -> None:
        """Ends the job, or queues it again: a full disk is no fault of its own, also where it is another error's
        cause."""
        if has_no_room(error):
            self._wait_for_room()
        elif isinstance(error, JobFailed):
            self._fail(str(error))
        elif isinstance(error, AttemptFailed):
            attempts = min(self._kind.attempts, error.attempts or self._kind.attempts)
            self._try_again(attempts, str(error), str(error))
        elif is_full_disk(error):
            self._fail(FULL_DISK)
        else:
            _log.error("The job %s failed", self.job_id, exc_info=error)
            noun = self._kind.noun
            last_reason = f"The server could not run this {noun}. Tell the operator."
            self._try_again(self._kind.attempts, f"The {noun} failed.", last_reason)

    def _wait_for_room(self) -> None:
        """Queues the job again until the disk has room. The attempt does not count."""
        _log.error("The job %s waits: the disk is full", self.job_id)
        text = f"The server's disk is full. The {self._kind.noun} starts again when there is room."
        wait = wait_for_room(timezone.now() - (self._lease.job.started or timezone.now()), self._last_wait(text))
        self._log_line(text, "warning")
        self._put_back(counts=False, wait=wait, reason=PENDING_REASON)

    def _last_wait(self, text: str) -> timedelta:
        """Returns how long the job waited for room before this attempt, as far as its log says so in this line.

        In whole seconds, since the line has the time of another moment than the wait.
        """
        job = self._lease.job
        begin = job.log.filter(text=text).order_by("-number").values_list("at", flat=True).first()
        wait = timedelta(seconds=0 if begin is None else round((job.due - begin).total_seconds()))
        return wait if wait <= LONGEST_WAIT else timedelta()

    def _put_back(self, **values: Any) -> None:
        self._write(lambda: queue.put_back(self._lease, self._lines, **values))

    def _write(self, write: Callable[[], None]) -> None:
        """Writes to the job's row. Where the database has no room it tries again, for as long as the lease is not lost
        and the process does not end."""
        while True:
            try:
                write()
            except LeaseLost:
                raise
            except Exception as error:
                if not has_no_room(error) or self._stopping.wait(WRITE_AGAIN_EVERY):
                    raise
            else:
                return

    def _try_again(self, attempts: int, reason: str, last_reason: str) -> None:
        """Queues the job again, or ends it when its last attempt failed."""
        if self.attempt >= attempts:
            self._fail(last_reason)
            return
        again = f"The {self._kind.noun} starts again, attempt {self.attempt + 1} of {attempts}."
        self._log_line(f"{reason} {again}", "warning")
        self._put_back(counts=True, wait=self._kind.back_off(self.attempt))

    def _log_line(self, text: str, level: str) -> None:
        """Adds a line about the job itself."""
        self._lines.append(NewLogLine(text, level))

    def _fail(self, reason: str) -> None:
        self._log_line(reason, "error")
        self._write(lambda: queue.finish(self._lease, JobState.FAILED, error=reason, lines=self._lines))
