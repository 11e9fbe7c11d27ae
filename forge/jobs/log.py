"""The log of a job: lines that its worker and the parts of its work add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forge.core.database.numbers import last_number
from forge.jobs.kinds import kind_of
from forge.jobs.models import WORKER, Job, JobLogLine

LOG_LIMIT = 2_000
"""Lines of one job's log, and characters of one line."""


@dataclass(frozen=True)
class NewLogLine:
    """A line for a job's log. `level` is "info", "warning" or "error"."""

    text: str
    level: str = "info"
    step: str = WORKER
    milliseconds: float | None = None


def append_log(job: Job, lines: Sequence[NewLogLine]) -> None:
    """Adds lines within the caller's transaction, up to the limit of a log."""
    if not lines:
        return
    last = last_number(JobLogLine.objects.filter(job=job))
    rows = [
        JobLogLine(
            job=job,
            number=number,
            step=line.step,
            text=line.text[:LOG_LIMIT],
            level=line.level,
            milliseconds=line.milliseconds,
        )
        for number, line in enumerate(lines, start=last + 1)
        if number <= LOG_LIMIT
    ]
    JobLogLine.objects.bulk_create(rows)
    if rows:
        kind_of(job.kind).on_log(job, rows)
