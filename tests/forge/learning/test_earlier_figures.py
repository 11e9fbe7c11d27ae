"""The upgrade reduces what earlier versions stored of single samples, and deletes what is of deleted ones."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from forge.accounts.models import User
from forge.core.blobs.store import put_bytes
from forge.datasets.models import Sample
from forge.jobs import queue
from forge.jobs.checkpoints import save_checkpoint
from forge.jobs.models import Job, JobLogLine, WorkerCapability
from forge.learning.models import ConvertedForm, ModelConversion
from forge.learning.training.models import TrainingRun
from forge.projects.models import Project
from tests.support.forge.factories.training import finish_run, motion_run, motion_version
from tests.support.training.motion_data import LABELS

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.protects("recordings/learning-figures", "recordings/learning-traces"),
    pytest.mark.usefixtures("nobody_wakes"),
]

SECRET = "the recording, written in letters"
migration = import_module("forge.learning.migrations.0017_bounded_figures")


def removed_sample(place: int) -> int:
    """Deletes a sample as an earlier version did, which left what runs and conversions had of it."""
    sample = Sample.objects.order_by("number")[place]
    Sample.objects.filter(pk=sample.pk).update(removed=timezone.now())
    return sample.number


def test_earlier_runs_keep_labels_and_two_decimals(project: Project, user: User) -> None:
    motion_version(user, project)
    run = motion_run(user, project)
    lease = queue.take([WorkerCapability.LAB])
    assert lease is not None
    save_checkpoint(lease, b"weights that learned from all")
    finish_run(run)
    labels = [{"label": "still", "marked": 1, "counted": 1 << 40}, {"label": SECRET, "marked": 1, "counted": 2}]
    run.report["judgements"]["validation"]["worst_counts"] = [{"recording": n, "labels": labels} for n in (0, 1)]
    run.answers = {"epoch": 0, "validation": [[0, 0, 0.91234567], [1, 0, 0.8], [2, 77, 0.5]]}
    run.save()
    number = removed_sample(1)
    migration.reduce_runs(apps, None)
    run.refresh_from_db()
    assert run.answers == {"epoch": 0, "validation": [[0, 0, 0.91]]}
    assert run.report["judgements"]["validation"]["worst_counts"] == [
        {"recording": 0, "labels": [{"label": "still", "marked": 1, "counted": 999}]}
    ]
    assert run.description["removed"] == [number]
    assert Job.objects.get(pk=lease.job.pk).checkpoint_id is None


def test_earlier_forms_keep_labels(project: Project, user: User) -> None:
    motion_version(user, project)
    first, second, third = Sample.objects.order_by("number").values_list("number", flat=True)[:3]
    digest = put_bytes(b"model").digest
    samples = {"classes": [*LABELS, SECRET], "reason": f"No sample could be read: {SECRET}"}
    row = ModelConversion.objects.create(
        project=project, source_name="a.tflite", source_digest=digest, source_size=5, description={"samples": samples}
    )
    answers = [[first, 0, 0.123456789], [second, 1, 0.5], [third, 3, 0.5]]
    figures = {"right": 2, "answers": answers}
    form = ConvertedForm.objects.create(conversion=row, number=1, form="int8", figures=figures)
    assert removed_sample(1) == second
    migration.reduce_forms(apps, None)
    form.refresh_from_db()
    row.refresh_from_db()
    remaining = {"right": 2, "judged_on": [first, second, third], "removed": [second]}
    assert form.figures == remaining | {"answers": [[first, 0], [third, -1]]}
    assert SECRET not in row.description["samples"]["reason"]


def test_earlier_texts_of_libraries_are_replaced(project: Project, user: User) -> None:
    motion_version(user, project)
    run = motion_run(user, project)
    text = f'The recording "still/0001.csv" cannot be read: {SECRET}.'
    TrainingRun.objects.update(error=text)
    Job.objects.update(error=text)
    job = Job.objects.get()
    for number, line in enumerate((text, "Training continues after epoch 2.")):
        JobLogLine.objects.create(job=job, number=100 + number, text=line)
    migration.replace_texts(apps, None)
    run.refresh_from_db()
    job.refresh_from_db()
    assert (run.error, job.error) == (migration.FAILED, migration.FAILED)
    lines = JobLogLine.objects.filter(job=job, number__gte=100).order_by("number").values_list("text", flat=True)
    assert list(lines) == [migration.FAILED, "Training continues after epoch 2."]
