"""The steps that jobs of training runs, searches and conversions have in common: finding the row, turning the end of a
process of `lab` into that of the job, changing the row with its job, titles and retries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from forge.jobs.errors import NotRetriable
from forge.jobs.kinds import AttemptFailed, JobContext, JobFailed, JobTitle
from forge.jobs.models import Job, JobState
from forge.learning.lab_jobs.endings import ending_of
from forge.learning.lab_jobs.models import LabJob
from forge.learning.lab_jobs.process import EnvironmentMissing, LabDied, LabRefused
from forge.learning.lab_jobs.states import LabJobState

J = TypeVar("J", bound=LabJob)


def find_for(job: JobContext, model: type[J]) -> J:
    """The row of a job. Raises `JobFailed` where it was deleted."""
    row = _row_of(job, model)
    if row is None:
        raise JobFailed(model.DELETED)
    return row


def _row_of(job: JobContext | Job, model: type[J]) -> J | None:
    return model.beside().filter(pk=job.spec[model.SPEC_KEY]).first()


@contextmanager
def lab_errors(
    describe: Callable[[EnvironmentMissing | LabRefused], str], attempts: int | None = None
) -> Iterator[None]:
    """Ends the job, or its attempt, where a process of `lab` ends without a result. `describe` stores why, and says it
    to people."""
    try:
        yield
    except (EnvironmentMissing, LabRefused) as error:
        raise JobFailed(describe(error)) from None
    except LabDied as died:
        raise AttemptFailed(str(died), attempts=attempts) from None


def follow_row(
    job: Job, model: type[J], change: Callable[[Job, J], Mapping[str, Any] | None], announce: Callable[..., None]
) -> J | None:
    """Changes a row with one of its jobs, by what `change` says, and tells open pages. Returns the row; None where
    there is none, or nothing to say."""
    with transaction.atomic():
        row = _row_of(job, model)
        values = None if row is None else change(job, row)
        if row is None or values is None:
            return None
        before = row.state
        model.objects.filter(pk=row.pk).update(**values)
        for name, value in values.items():
            setattr(row, name, value)
        announce(row, ending=ending_of(before, row.state))
        return row


def state_after(job: Job, row: LabJob) -> LabJobState:
    """The state of a row that has one job."""
    match job.state:
        case JobState.QUEUED:
            return LabJobState.PAUSED if job.paused else LabJobState.WAITING
        case JobState.RUNNING:
            return LabJobState.RUNNING
        case JobState.SUCCEEDED:
            return LabJobState.FINISHED
        case JobState.CANCELLED:
            return LabJobState.CANCELLED
        case _:
            return LabJobState.NEEDS if row.needed_packages else LabJobState.FAILED


def titles_of(model: type[LabJob], jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    """Returns the titles of jobs, which are those of their rows."""
    ids = {job.pk: UUID(job.spec[model.SPEC_KEY]) for job in jobs}
    rows = model.objects.select_related("project__organisation").in_bulk(ids.values())
    return {
        job: JobTitle(row.title_of(row.project.full_name), row.get_absolute_url())
        for job, row_id in ids.items()
        if (row := rows.get(row_id)) is not None
    }


def row_to_retry(job: Job, model: type[J]) -> J:
    """The row of a job that is retried. Raises `NotRetriable` where it was deleted."""
    row = _row_of(job, model)
    if row is None:
        raise NotRetriable(model.DELETED)
    return row
