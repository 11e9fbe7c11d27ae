"""Builds that test on samples which are being deleted begin again without them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db import transaction

from forge.builds.models import Build
from forge.datasets.hooks import SampleScope, work_stoppers
from forge.datasets.models import DataVersion
from forge.datasets.versions.contents import entries_of
from forge.datasets.versions.other_projects import name_for_giver
from forge.jobs.models import JobState
from forge.jobs.queue import restart
from forge.jobs.workers.slots import notify_workers


@work_stoppers.register
def restart_builds(scope: SampleScope, reason: str) -> Sequence[str]:
    """Takes running builds from their workers whose version of the data has one of the samples."""
    versions = _versions_with(scope)
    running = Build.objects.filter(job__state=JobState.RUNNING, data_version__in=versions).select_related(
        "project__organisation", "data_version__data_set"
    )
    sentences = []
    for build in running if versions else ():
        if build.job is not None and build.data_version is not None and restart(build.job, reason):
            of = name_for_giver(build.data_version, build.project)
            sentences.append(f"Build {build.number} of {of} was begun again without the samples.")
            transaction.on_commit(partial(notify_workers, build.job.capability), robust=True)
    return sentences


def _versions_with(scope: SampleScope) -> list[DataVersion]:
    """The versions that running builds use and that have one of the samples."""
    running_builds = Build.objects.filter(job__state=JobState.RUNNING, data_version__data_set=scope.data_set)
    versions = DataVersion.objects.filter(pk__in=running_builds.order_by().values("data_version"))
    numbers = frozenset(scope.numbers)
    return [each for each in versions if any(entry.number in numbers for entry in entries_of(each))]
