"""The job of a conversion: makes forms of a model in the processes of `lab`, stores them, and counts them on boards.

The first two forms are stored, and shown, before the others are made.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.compute.pool.compiler import Compiler
from forge.compute.pool.toolchain import warm_compiler
from forge.compute.workdir import workdir
from forge.jobs.kinds import JobContext, JobKind
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.learning.conversions.actions import announce_conversion
from forge.learning.conversions.declarations import declared_forms
from forge.learning.conversions.kinds import (
    CONVERSION_KIND,
    FIRST_FORMS,
    OTHER_FORMS,
    TENSORFLOW_FORMS,
    ConversionStep,
)
from forge.learning.conversions.running.counting import count_forms
from forge.learning.conversions.running.making import ProgressShare, make_float, make_forms, waiting_converter
from forge.learning.conversions.running.recordings import compute_recordings
from forge.learning.conversions.trees import trees_of
from forge.learning.lab_jobs.endings import ending_of
from forge.learning.lab_jobs.executing import find_for, follow_row, state_after, titles_of
from forge.learning.lab_jobs.process import lab_variables
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.lab_jobs.waiting import waiting_quantiser
from forge.learning.models import ConvertedForm, ModelConversion
from rune.source.policy.sections.models import KERAS_SUFFIXES

NewCompiler = Callable[[], AbstractContextManager[Compiler]]


def run_conversion_job(job: JobContext, new_compiler: NewCompiler = warm_compiler) -> Mapping[str, Any]:
    """Does one step of a conversion."""
    row = find_for(job, ModelConversion)
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
    make_float(job, row, ProgressShare(0.0, 0.2))
    if trees_of(row) is not None:
        _finish(job, row)
        with new_compiler() as compiler:
            count_forms(job, row, compiler)
        return
    with new_compiler() as compiler:
        recordings = compute_recordings(job, row, compiler, folder)
        make_forms(job, row, FIRST_FORMS, (), recordings, ProgressShare(0.25, 0.4))
        _finish(job, row)
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


@transaction.atomic
def _finish(job: JobContext, row: ModelConversion) -> None:
    """Says that the first forms are there."""
    job.confirm_lease()
    ending = ending_of(row.state, LabJobState.FINISHED)
    row.state = LabJobState.FINISHED
    ModelConversion.objects.filter(pk=row.pk).update(state=row.state, needs=None, error="")
    announce_conversion(row, ending=ending)


def follow_job(job: Job) -> None:
    """Changes the conversion with its job: one that ended without success says why, and a retry goes on with it."""
    follow_row(job, ModelConversion, _values, announce_conversion)


def _values(job: Job, row: ModelConversion) -> dict[str, Any]:
    state, values = state_after(job, row), dict[str, Any]()
    if job.state in (JobState.FAILED, JobState.CANCELLED, JobState.LOST):
        values["error"] = (job.error or "It was cancelled.")[:1000]
        state = LabJobState.NEEDS if row.needed_packages else state
    elif job.state == JobState.RUNNING:
        values |= {"error": "", "needs": None}
    elif job.state == JobState.QUEUED and row.can_resume:
        values["error"] = ""
    # Forms that are there stay while others are made, and another attempt goes on with the conversion.
    is_next_attempt = job.state == JobState.QUEUED and row.is_unfinished
    stays = row.state == LabJobState.FINISHED or is_next_attempt
    return values if stays else {**values, "state": state}


CONVERSION = JobKind(
    CONVERSION_KIND,
    WorkerCapability.LAB,
    run_conversion_job,
    "Conversion",
    titles=partial(titles_of, ModelConversion),
    verb=Verb.EDIT,
    attempts=3,
    noun="conversion",
    on_change=follow_job,
)
