"""Conversions and samples that are deleted: those at work begin again, forms lose what they stored of them,
and those forms are found that learned from them, by their ranges or by their source."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from django.db import transaction
from django.db.models import Q

from forge.datasets.hooks import SampleScope, sample_traces, work_stoppers
from forge.datasets.models import Sample
from forge.jobs.models import Job, JobState
from forge.jobs.queue import restart
from forge.jobs.workers.slots import notify_workers
from forge.learning.conversions.kinds import CONVERSION_KIND
from forge.learning.conversions.single_samples import without_samples
from forge.learning.models import ConvertedForm
from rune.datasets.calibration_kind import STATIC_FORMS

ROWS_AT_ONCE = 100
"""Forms that one statement changes."""


@work_stoppers.register
def restart_conversions(scope: SampleScope, reason: str) -> Sequence[str]:
    """Takes running conversions of the project from their workers: any of its samples may be in their folders."""
    running = Job.objects.filter(kind=CONVERSION_KIND, state=JobState.RUNNING, project__data_set=scope.data_set)
    stopped_jobs = [job for job in running if restart(job, reason)]
    for job in stopped_jobs:
        transaction.on_commit(partial(notify_workers, job.capability), robust=True)
    return ["A conversion of a model was begun again without the samples." for _ in stopped_jobs]


@sample_traces.register
def forget_in_forms(scope: SampleScope) -> None:
    """Deletes the answers for samples from the forms of the project's models."""
    numbers = frozenset(scope.numbers)
    rows = ConvertedForm.objects.filter(conversion__project__data_set=scope.data_set)
    changed_forms = []
    for form in rows.only("figures").select_for_update(of=("self",)):
        figures = without_samples(form.figures, numbers)
        if figures != form.figures:
            form.figures = figures
            changed_forms.append(form)
    ConvertedForm.objects.bulk_update(changed_forms, ["figures"], batch_size=ROWS_AT_ONCE)


def forms_that_learned(scope: SampleScope, models: Collection[str]) -> list[ConvertedForm]:
    """The forms that are made of one of these models, or whose ranges were measured on one of the samples; also those
    of which nobody knows on which samples they were measured, if one of these could be among them."""
    rows = Sample.objects.filter(data_set=scope.data_set, number__in=list(scope.numbers))
    samples = list(rows.only("number", "split", "created"))
    forms = ConvertedForm.objects.exclude(digest="").select_related("conversion__project__organisation")
    forms = forms.defer("figures", "needs", "provenance").order_by("conversion__created", "conversion", "number")
    of_models = Q(conversion__source_digest__in=models)
    of_samples = Q(conversion__project__data_set=scope.data_set, form__in=STATIC_FORMS)
    return [
        form
        for form in forms.filter(of_models | of_samples)
        if form.conversion.source_digest in models or _may_be_measured_on(form, samples)
    ]


def _may_be_measured_on(form: ConvertedForm, samples: Sequence[Sample]) -> bool:
    """Returns whether the ranges of a form of the samples' own project were measured on one of them, as far as is
    known."""
    if form.calibrated_on is not None:
        return not frozenset(form.calibrated_on).isdisjoint(each.number for each in samples)
    return any(each.split == form.conversion.calibration and each.created < form.created for each in samples)
