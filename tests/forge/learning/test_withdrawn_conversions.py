"""The report of samples that were deleted names the converted models that learned from them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from forge.accounts.models import Role, User
from forge.core.blobs.store import put_bytes
from forge.core.models import Event
from forge.datasets.hooks import Learner, LearnerKind, find_learners
from forge.datasets.models import Sample
from forge.datasets.removals.access import scope_of
from forge.datasets.removals.actions import delete_sample
from forge.learning.conversions.actions import begin_conversion
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.models import ConvertedForm, ModelConversion
from forge.notices.models import Notice
from forge.projects.actions import write_file
from forge.projects.models import Project
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import built
from tests.support.forge.factories.members import make_member
from tests.support.forge.factories.training import finish_run, motion_run, motion_samples, motion_version

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_nobody_wakes")]

SINE = (Path(__file__).parents[3] / "examples/sine/sine.tflite").read_bytes()


@pytest.fixture
def _nobody_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs wait."""
    monkeypatch.setattr("forge.learning.lab_jobs.queue.notify_workers", lambda *_: None)


def conversion(user: User, project: Project, source: bytes = b"source") -> ModelConversion:
    row = begin_conversion(user, project, "motion.keras", [source])
    ModelConversion.objects.filter(pk=row.pk).update(state=LabJobState.FINISHED)
    return row


def form_of(row: ModelConversion, name: str, calibrated_on: list[int] | None, model: bytes = b"model") -> ConvertedForm:
    digest = put_bytes(model).digest
    number = row.forms.count() + 1
    return ConvertedForm.objects.create(
        conversion=row, number=number, form=name, calibrated_on=calibrated_on, digest=digest
    )


def named_after_deletion(user: User, sample: Sample) -> list[Learner]:
    delete_sample(user, sample)
    removal = Sample.objects.get(pk=sample.pk).removal
    assert removal is not None
    return find_learners(scope_of(removal))


@pytest.mark.protects("recordings/learned")
def test_a_form_whose_ranges_were_measured_on_the_sample_is_named_and_the_builds_that_have_it(
    project: Project, user: User, client: Client
) -> None:
    sample, other = motion_samples(user, project)[:2]
    row = conversion(user, project)
    form_of(row, "float32", [], b"floats")
    form_of(row, "int8", [sample.number, other.number], SINE)
    form_of(row, "int16x8", [other.number], b"others")
    write_file(user, project, "model.tflite", SINE)
    build = built(user, project)
    make_member(project.organisation, "mai@acme.example", "Mai", Role.MAINTAINER)
    learners = named_after_deletion(user, sample)
    assert [(each.kind, each.title, each.doubt) for each in learners] == [
        (LearnerKind.CONVERSION, "motion.keras: int8", ""),
        (LearnerKind.BUILD, f"Build {build.number}", ""),
    ]
    data = Event.objects.get(type="data.removed").data
    assert (data["runs"], data["conversions"], data["builds"]) == (0, 1, 1)
    assert Notice.objects.get(kind="data-removed").facts["learners"] == "1 conversion and 1 build"
    address = f"/acme/kitchen/data/removals/{Sample.objects.get(pk=sample.pk).removal_id}"
    assert f'href="{learners[0].url}">motion.keras: int8</a>' in compact(client.get(address).content.decode())


@pytest.mark.slow
def test_forms_that_did_not_measure_the_sample_are_not_named(project: Project, user: User) -> None:
    samples = motion_samples(user, project)
    row = conversion(user, project)
    form_of(row, "int8", [each.number for each in samples[1:]])
    form_of(row, "dynamic", [])
    assert named_after_deletion(user, samples[0]) == []


@pytest.mark.slow
@pytest.mark.protects("recordings/learned")
def test_of_a_form_of_before_the_report_says_that_nobody_kept_its_samples(
    project: Project, user: User, client: Client
) -> None:
    samples = motion_samples(user, project)
    sample = next(each for each in samples if each.split == "train")
    row = conversion(user, project)
    form_of(row, "int8", None)
    form_of(row, "float16", None)
    of_validation = conversion(user, project, b"another source")
    ModelConversion.objects.filter(pk=of_validation.pk).update(calibration="validation")
    form_of(of_validation, "int8", None)
    earlier = form_of(conversion(user, project, b"a third source"), "int8", None)
    ConvertedForm.objects.filter(pk=earlier.pk).update(created=sample.created - timedelta(days=1))
    [learner] = named_after_deletion(user, sample)
    assert learner.title == "motion.keras: int8"
    assert "was not kept" in learner.doubt
    address = f"/acme/kitchen/data/removals/{Sample.objects.get(pk=sample.pk).removal_id}"
    assert learner.doubt in compact(client.get(address).content.decode())


@pytest.mark.slow
def test_all_forms_of_a_model_that_learned_from_the_sample_are_named(project: Project, user: User) -> None:
    motion_version(user, project)
    finish_run(motion_run(user, project), SINE)
    row = conversion(user, project, SINE)
    form_of(row, "float16", [])
    form_of(row, "int8", None)
    sample = Sample.objects.filter(data_set__project=project, split="train")[0]
    assert [(each.title, each.doubt) for each in named_after_deletion(user, sample)] == [
        ("Run 1", ""),
        ("motion.keras: float16 and int8", ""),
    ]
