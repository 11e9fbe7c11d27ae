"""Training runs and samples that are deleted: a run at work is cancelled, and each run loses what it stored of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction

from forge.core.blobs.sweep import delete_if_unlinked
from forge.datasets.hooks import SampleScope, sample_traces, work_stoppers
from forge.jobs.models import Job
from forge.jobs.workers.checkpoints import drop_checkpoint
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.lab_jobs.withdrawn_samples import cancel_learners, learned_numbers
from forge.learning.training.models import TrainingRun
from forge.learning.training.results.single_samples import without_samples

ROWS_AT_ONCE = 100
"""Runs that one statement changes."""


@work_stoppers.register
def cancel_runs(scope: SampleScope, reason: str) -> Sequence[str]:
    """Cancels runs that wait or train on a version with one of the samples. One that is resumed begins anew."""
    text = f"{reason} Start it again: it then learns from the samples that are left."
    return cancel_learners(TrainingRun, scope, text, _forget)


def _forget(run: TrainingRun) -> Mapping[str, Any]:
    if run.job is not None:
        _drop_checkpoint(run.job)
    return {"curves": [], "answers": {}, "best_epoch": 0}


@sample_traces.register
def forget_in_runs(scope: SampleScope) -> None:
    """Deletes the answers and counts of samples from runs, and the checkpoint of a run that learned from one. A run
    that goes on begins anew."""
    numbers = frozenset(scope.numbers)
    rows = TrainingRun.objects.filter(data_version__data_set=scope.data_set).exclude(description={})
    changed_runs = []
    for run in rows.select_related("job").select_for_update(of=("self",)):
        figures = without_samples(run.description, run.answers, run.report, numbers)
        if figures is None:
            continue
        run.description, run.answers, run.report = figures
        changed_runs.append(run)
        if run.job is not None and run.job.checkpoint_id is not None:
            _drop_checkpoint(run.job)
    TrainingRun.objects.bulk_update(changed_runs, ["description", "answers", "report"], batch_size=ROWS_AT_ONCE)


def _drop_checkpoint(job: Job) -> None:
    """Forgets what a run learned so far, and deletes the bytes."""
    digest = job.checkpoint_id
    drop_checkpoint(job)
    if digest is not None:
        transaction.on_commit(partial(delete_if_unlinked, [digest]), robust=True)


def runs_that_learned(scope: SampleScope) -> list[TrainingRun]:
    """The finished runs that learned from one of the samples, or chose their best epoch by one, and those that learned
    the answers of such a run."""
    numbers = learned_numbers(scope)
    if not numbers:
        return []
    runs = TrainingRun.objects.filter(data_version__data_set=scope.data_set, state=LabJobState.FINISHED)
    learned_themselves = [
        run
        for run in runs.select_related("project__organisation").order_by("created")
        if not numbers.isdisjoint(run.description.get("recordings", ()))
    ]
    return [*learned_themselves, *_learned_from_runs(learned_themselves)]


def _learned_from_runs(teachers: Sequence[TrainingRun]) -> list[TrainingRun]:
    """The other finished runs that learned the answers of one of these, or of one that did."""
    learners = {run.pk: run for run in teachers}
    newest = list(teachers)
    while newest:
        digests = [digest for run in newest for digest in run.files.values()]
        runs = TrainingRun.objects.filter(state=LabJobState.FINISHED, teacher_files__model__in=digests)
        runs = runs.filter(project__in={run.project_id for run in newest}).exclude(pk__in=learners)
        newest = list(runs.select_related("project__organisation").order_by("created"))
        learners |= {run.pk: run for run in newest}
    return list(learners.values())[len(teachers) :]
