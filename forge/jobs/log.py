"""The log of a job: lines that its worker and the parts of its work add."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from forge.core.database.numbers import last_number
from forge.jobs.kinds import kind_of
from forge.jobs.models import WORKER, Job, JobLogLine

LOG_LIMIT = 2_000
"""Lines of one job's log, and characters of one line."""
ERROR_LIMIT = 1_900
"""Lines after which a log takes only warnings and errors about the job itself: these come last, and need room."""
WORK_LIMIT = 1_800
"""Lines after which a log takes only errors of the work, and lines about the job itself."""
FULL = "The log is full: further lines are left out, except errors and what happens to the job itself."


@dataclass(frozen=True)
class NewLogLine:
    """A line for a job's log. `level` is "info", "warning" or "error"."""

    text: str
    level: str = "info"
    step: str = WORKER
    milliseconds: float | None = None


def append_log(job: Job, lines: Sequence[NewLogLine]) -> None:
    """Adds lines within the caller's transaction, up to the limits of a log."""
    if not lines:
        return
    stored_lines = _stored_lines(lines, last_number(JobLogLine.objects.filter(job=job)))
    rows = [
        JobLogLine(
            job=job,
            number=number,
            step=line.step,
            text=line.text[:LOG_LIMIT],
            level=line.level,
            milliseconds=line.milliseconds,
        )
        for number, line in stored_lines
    ]
    JobLogLine.objects.bulk_create(rows)
    if rows:
        kind_of(job.kind).on_log(job, rows)


def _stored_lines(lines: Iterable[NewLogLine], last: int) -> Iterator[tuple[int, NewLogLine]]:
    """The lines for which a log has room behind this many, with their numbers; before the first place where one may be
    left out, a line that says so."""
    for line in lines:
        if last == WORK_LIMIT:
            last += 1
            yield last, NewLogLine(FULL, "warning")
        if last < _limit(line):
            last += 1
            yield last, line


def _limit(line: NewLogLine) -> int:
    """Returns how many lines a log may have with this one."""
    if line.step == WORKER:
        return ERROR_LIMIT if line.level == "info" else LOG_LIMIT
    return ERROR_LIMIT if line.level == "error" else WORK_LIMIT
