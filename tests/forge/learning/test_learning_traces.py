"""Answers, counts and checkpoints of runs and conversions go with their samples, also after a restore."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import User
from forge.core.blobs.store import blob_path, put_bytes
from forge.datasets.models import Sample
from forge.datasets.removals.actions import delete_sample, end_consents, withdraw_consent
from forge.datasets.removals.again import delete_again
from forge.datasets.removals.deletion_list import read_deletions
from forge.jobs import queue
from forge.jobs.models import Job, WorkerCapability
from forge.jobs.workers.checkpoints import save_checkpoint
from forge.learning.conversions.actions import begin_conversion
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.models import ConvertedForm, ModelConversion
from forge.learning.training.models import TrainingRun
from forge.projects.models import Project
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.training import finished_run, motion_run, motion_samples, motion_version
from tests.support.training.motion_data import LABELS

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.protects("recordings/learning-traces"),
    pytest.mark.usefixtures("nobody_wakes"),
]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr("forge.learning.lab_jobs.queue.notify_workers", lambda *_: None)


@pytest.fixture
def run(project: Project, user: User) -> TrainingRun:
    """A finished run with answers for its first three samples, of which the second and the third have wrong counts."""
    motion_version(user, project)
    run = finished_run(user, project)
    worst = [{"recording": place, "labels": [{"label": "still", "marked": 1, "counted": 3}]} for place in (1, 2)]
    run.report["judgements"]["validation"]["worst_counts"] = worst
    run.save()
    return run


def second_sample(run: TrainingRun) -> Sample:
    return Sample.objects.select_related("data_set__project", "consent").get(number=run.description["recordings"][1])


def assert_without_the_second(run: TrainingRun) -> None:
    before = list(run.description["recordings"])
    run.refresh_from_db()
    assert run.answers == {"epoch": 0, "validation": [[0, 0, 0.9]]}
    assert [each["recording"] for each in run.report["judgements"]["validation"]["worst_counts"]] == [2]
    assert run.report["judgements"]["validation"]["samples"] == 2
    assert (run.description["recordings"], run.description["removed"]) == (before, [before[1]])


def test_a_deleted_sample_goes_from_the_answers_of_runs(run: TrainingRun, user: User, client: Client) -> None:
    delete_sample(user, second_sample(run))
    assert_without_the_second(run)
    assert client.get("/api/v1/projects/acme/kitchen/training/1").json()["removed_samples"] == 1
    page = compact(client.get("/acme/kitchen/training/1").content.decode())
    assert "1 sample of this run was deleted since." in page


@pytest.mark.slow
@pytest.mark.parametrize("way", ["withdrawn", "ended"])
def test_samples_of_a_consent_go_from_the_answers_of_runs(run: TrainingRun, user: User, way: str) -> None:
    if way == "withdrawn":
        withdraw_consent(user, second_sample(run).consent)
    else:
        end_consents(timezone.now() + timedelta(days=900))
    run.refresh_from_db()
    assert run.answers == {"epoch": 0, "validation": []}
    assert run.report["judgements"]["validation"]["worst_counts"] == []
    assert run.description["removed"] == run.description["recordings"]


def test_a_restore_deletes_them_again(run: TrainingRun, user: User) -> None:
    rows = TrainingRun.objects.filter(pk=run.pk).values("answers", "report", "description")[0]
    delete_sample(user, second_sample(run))
    Sample.objects.update(removed=None, removal=None, removal_reason="", erased=None)
    TrainingRun.objects.update(**rows)
    assert delete_again(read_deletions()) == 1
    assert_without_the_second(run)


@pytest.mark.slow
def test_a_run_of_another_version_keeps_its_answers(run: TrainingRun, user: User, project: Project) -> None:
    sample = second_sample(run)
    answers = run.answers
    run.description["recordings"] = [number for number in run.description["recordings"] if number != sample.number]
    run.save()
    delete_sample(user, sample)
    run.refresh_from_db()
    assert (run.answers, "removed" in run.description) == (answers, False)


def test_a_run_that_somebody_cancelled_loses_its_checkpoint(project: Project, user: User) -> None:
    motion_version(user, project)
    run = motion_run(user, project)
    lease = queue.take([WorkerCapability.LAB])
    assert lease is not None
    save_checkpoint(lease, b"weights that learned from all")
    queue.cancel(lease.job, "Somebody")
    numbers = list(Sample.objects.order_by("number").values_list("number", flat=True))
    TrainingRun.objects.update(state=LabJobState.CANCELLED, description={"labels": [], "recordings": numbers})
    job = Job.objects.get(pk=lease.job.pk)
    assert job.checkpoint_id is not None
    place = blob_path(job.checkpoint_id)
    delete_sample(user, Sample.objects.select_related("data_set__project").get(number=numbers[0]))
    run.refresh_from_db()
    assert Job.objects.get(pk=job.pk).checkpoint_id is None
    assert run.description["removed"] == numbers[:1]
    assert place is not None
    assert not place.exists()


# -- forms of converted models


@pytest.fixture
def form(project: Project, user: User) -> ConvertedForm:
    """A form that was judged on the first samples of the project."""
    numbers = [each.number for each in motion_samples(user, project)]
    row = begin_conversion(user, project, "motion.keras", [b"source"])
    samples = {"kind": "recordings", "calibration": 3, "judging": 3, "ranges": [[0, 1]], "classes": list(LABELS)}
    description: dict[str, Any] = {
        "layers": [],
        "samples": samples,
        "quantiser": "",
        "conversion": None,
        "format": "keras",
    }
    ModelConversion.objects.filter(pk=row.pk).update(state=LabJobState.FINISHED, description=description)
    counts = {"changed": 1, "samples": 3, "right": 2, "judged": 3, "by_label": {}, "layers": {}, "output": 30.0}
    figures = counts | {"arena": None, "constants": None, "reason": "", "answers": [[n, 0] for n in numbers[:3]]}
    return ConvertedForm.objects.create(
        conversion=row,
        number=1,
        form="float32",
        digest=put_bytes(b"model").digest,
        figures={**figures, "judged_on": numbers[:3]},
    )


def sample_at(place: int) -> Sample:
    return Sample.objects.select_related("data_set__project").order_by("number")[place]


def test_a_deleted_sample_goes_from_the_answers_of_forms(form: ConvertedForm, user: User, client: Client) -> None:
    first, numbers = sample_at(0), form.figures["judged_on"]
    delete_sample(user, first)
    form.refresh_from_db()
    assert form.figures["answers"] == [[number, 0] for number in numbers[1:]]
    assert form.figures["removed"] == [first.number]
    row = client.get(f"/api/v1/projects/acme/kitchen/conversions/{form.conversion_id}").json()
    assert [each["figures"]["removed_samples"] for each in row["forms"]] == [1]
    page = compact(client.get(f"/acme/kitchen/models/{form.conversion_id}").content.decode())
    assert "1 sample was deleted since" in page


@pytest.mark.slow
def test_a_restore_deletes_the_answers_of_forms_again(form: ConvertedForm, user: User) -> None:
    before = form.figures
    delete_sample(user, sample_at(1))
    Sample.objects.update(removed=None, removal=None, removal_reason="", erased=None)
    ConvertedForm.objects.update(figures=before)
    assert delete_again(read_deletions()) == 1
    form.refresh_from_db()
    assert form.figures["answers"] == [before["answers"][0], before["answers"][2]]
