"""The job of a conversion: makes forms of a model in the processes of `lab`, stores them, and counts them on boards.

The first two forms are stored, and shown, before the others are made.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.compute.pool.compiler import Compiler
from forge.compute.pool.toolchain import warm_compiler
from forge.compute.workdir import workdir
from forge.jobs.kinds import JobContext, JobFailed, JobKind, JobTitle
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.learning.conversions.actions import announce_conversion
from forge.learning.conversions.counting import count_forms
from forge.learning.conversions.declarations import declared_forms
from forge.learning.conversions.kinds import (
    CONVERSION_KIND,
    FIRST_FORMS,
    OTHER_FORMS,
    TENSORFLOW_FORMS,
    ConversionStep,
)
from forge.learning.conversions.lab_process import lab_variables
from forge.learning.conversions.making import ProgressShare, make_float, make_forms, waiting_converter
from forge.learning.conversions.models import ConversionState
from forge.learning.conversions.recordings import compute_recordings
from forge.learning.conversions.trees import trees_of
from forge.learning.endings import LearningEnding, ending_of
from forge.learning.models import ConvertedForm, ModelConversion
from forge.learning.waiting_lab import waiting_quantiser
from rune.source.policy.sections.models import KERAS_SUFFIXES

NewCompiler = Callable[[], AbstractContextManager[Compiler]]


def run_conversion_job(job: JobContext, new_compiler: NewCompiler = warm_compiler) -> Mapping[str, Any]:
    """Does one step of a conversion."""
    row = _find(job)
    step = ConversionStep(job.spec["step"])
    if step is not ConversionStep.COUNT:
        waiting_quantiser.prepare(lab_variables())  # loads while the float model is made, or samples are read
    try:
        _do(job, row, step, new_compiler)
    finally:
        waiting_quantiser.prepare(lab_variables())  # for a layer that is to stay float
    return {"forms": ConvertedForm.objects.filter(conversion=row).count()}


def _do(job: JobContext, row: ModelConversion, step: ConversionStep, new_compiler: NewCompiler) -> None:
    with tempfile.TemporaryDirectory(dir=workdir(), prefix="recordings-") as name:
        match step:
            case ConversionStep.CONVERT:
                _convert(job, row, new_compiler, Path(name))
            case ConversionStep.MIX:
                with new_compiler() as compiler:
                    recordings = compute_recordings(job, row, compiler, Path(name))
                    form, layers = job.spec["form"], job.spec["layers"]
                    make_forms(job, row, (form,), layers, recordings, ProgressShare(0.1, 0.6))
                    count_forms(job, row, compiler)
            case ConversionStep.COUNT:
                with new_compiler() as compiler:
                    count_forms(job, row, compiler)


def _convert(job: JobContext, row: ModelConversion, new_compiler: NewCompiler, folder: Path) -> None:
    _set_state(job, row, ConversionState.CONVERTING)
    make_float(job, row, ProgressShare(0.0, 0.2))
    if trees_of(row) is not None:
        _set_state(job, row, ConversionState.READY)
        with new_compiler() as compiler:
            count_forms(job, row, compiler)
        return
    with new_compiler() as compiler:
        recordings = compute_recordings(job, row, compiler, folder)
        make_forms(job, row, FIRST_FORMS, (), recordings, ProgressShare(0.25, 0.4))
        _set_state(job, row, ConversionState.READY)
        _prepare_next(row)
        count_forms(job, row, compiler)
        own = TENSORFLOW_FORMS if row.source_name.endswith(KERAS_SUFFIXES) else ()
        make_forms(job, row, (*OTHER_FORMS, *own), (), recordings, ProgressShare(0.6, 0.8))
        for form, layers in declared_forms(row):
            make_forms(job, row, (form,), layers, recordings, ProgressShare(0.8, 0.9))
        count_forms(job, row, compiler)


def _prepare_next(row: ModelConversion) -> None:
    """Prepares the processes for the other forms, and for another model of the same kind, now that the first forms are
    shown: loading them earlier would have taken processor time from these."""
    waiting_quantiser.prepare(lab_variables())
    if (converter := waiting_converter(row.source_name)) is not None:
        converter.prepare(lab_variables())


def _find(job: JobContext) -> ModelConversion:
    rows = ModelConversion.objects.select_related("project__organisation")
    row = rows.filter(pk=job.spec["conversion"]).first()
    if row is None:
        raise JobFailed("The conversion was deleted.")
    return row


@transaction.atomic
def _set_state(job: JobContext, row: ModelConversion, state: ConversionState) -> None:
    job.confirm_lease()
    ending = ending_of(row.state, state, ConversionState.READY, ConversionState.FAILED)
    row.state = state
    ModelConversion.objects.filter(pk=row.pk).update(state=state, needs=None, error="")
    announce_conversion(row, ending=ending)


def follow_job(job: Job) -> None:
    """Changes the conversion with its job: one that ended without success says why, and a retry goes on with it."""
    rows = ModelConversion.objects.filter(pk=job.spec["conversion"])
    before = rows.values_list("state", flat=True).first() or ""
    unfinished_rows = rows.filter(state__in=(ConversionState.WAITING, ConversionState.CONVERTING))
    if job.state in (JobState.FAILED, JobState.CANCELLED, JobState.LOST):
        reason = (job.error or "It was cancelled.")[:1000]
        rows.update(error=reason)
        unfinished_rows.filter(needs__isnull=True).update(state=ConversionState.FAILED)
        unfinished_rows.filter(needs__isnull=False).update(state=ConversionState.NEEDS)
    elif job.state == JobState.QUEUED:
        rows.filter(state__in=(ConversionState.FAILED, ConversionState.NEEDS)).update(
            state=ConversionState.WAITING, error=""
        )
    elif job.state == JobState.RUNNING:
        rows.update(error="")
    if job.project is not None and (row := rows.select_related("project__organisation").first()) is not None:
        is_cancelled = job.state == JobState.CANCELLED
        ending = ending_of(before, row.state, ConversionState.READY, ConversionState.FAILED)
        announce_conversion(row, ending=LearningEnding.NONE if is_cancelled else ending)


def titles_of(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    """Returns the titles of jobs of conversions."""
    rows = ModelConversion.objects.in_bulk([UUID(job.spec["conversion"]) for job in jobs])
    titles = {}
    for job in jobs:
        row = rows.get(UUID(job.spec["conversion"]))
        if job.project is not None and row is not None:
            url = f"{job.project.get_absolute_url()}/models/{row.pk}"
            titles[job.pk] = JobTitle(f"Conversion of {row.source_name} for {job.project.full_name}", url)
    return titles


CONVERSION = JobKind(
    CONVERSION_KIND,
    WorkerCapability.LAB,
    run_conversion_job,
    "Conversion",
    titles=titles_of,
    verb=Verb.EDIT,
    attempts=3,
    noun="conversion",
    on_change=follow_job,
)
