"""The titles of jobs on pages and in audit entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from forge.jobs.kinds import JobTitle, kind_of
from forge.jobs.models import Job


def title_of(job: Job) -> JobTitle:
    """The title of one job."""
    return titles_of([job])[job.pk]


def titles_of(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    """The titles of jobs: one call to each kind, however many there are."""
    by_kind: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        by_kind[job.kind].append(job)
    titles: dict[UUID, JobTitle] = {}
    for name, of_kind in by_kind.items():
        kind = kind_of(name)
        own = kind.titles(of_kind)
        titles |= {job.pk: own.get(job.pk, JobTitle(kind.label)) for job in of_kind}
    return titles
