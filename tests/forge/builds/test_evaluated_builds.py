"""Numbered builds are run on the project's test samples: what is stored, what is not run twice, and what comes between.

The rune says which axis of one motion sample is the greatest.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from django.test import Client

from forge.accounts.actions import create_token
from forge.accounts.models import Organisation, User
from forge.accounts.principals import acting_as
from forge.builds.actions import request_build
from forge.builds.evaluations.outcomes import evaluation_of
from forge.builds.models import ArtefactFile, Build, FileRole
from forge.compute.pool.compiler import Compiler
from forge.compute.scheduler.compute_pace import ComputePace
from forge.core.blobs.store import delete_bytes
from forge.datasets.consent_terms import Purpose
from forge.datasets.models import DataSet, DataVersion, Sample
from forge.datasets.samples.actions import SampleMark, mark_samples
from forge.datasets.versions.actions import save_version
from forge.jobs.actions import cancel_job
from forge.jobs.models import Job, JobState
from forge.projects.actions import write_file
from forge.projects.models import Project
from tests.forge.builds.conftest import log_of
from tests.support.forge.factories.builds import run_job, take_job
from tests.support.forge.factories.evaluations import RUNEFILE, give
from tests.support.forge.factories.recordings import consent_of, sample_of
from tests.support.forge.factories.samples import withdraw_sample

pytestmark = pytest.mark.django_db(transaction=True)

Work = Callable[[Build], Build]


SECOND_INPUT = b"""\
  noise:
    capability: RAW
    outputs:
      - {type: f32, dimensions: [2]}
  spare:
    out: serial
    inputs: [noise]
"""


@pytest.fixture
def axes(project: Project, developer: Any) -> Project:
    write_file(developer, project, "Runefile.yml", RUNEFILE)
    return project


def give_for_training(person: Any, project: Project, row: bytes, label: str) -> Sample:
    purposes = frozenset({Purpose.TRAINING})
    sample = sample_of(consent_of(person, project, purposes=purposes), person, row, label=label, pseudonym="Guest 7")
    assert sample.split == "train"
    return sample


@pytest.mark.slow
def test_a_build_is_run_on_the_test_samples_and_keeps_what_became_of_each(
    axes: Project, developer: Any, work: Work, client: Client
) -> None:
    right = give(developer, axes, b"1,0,0\n", "Left")
    wrong = give(developer, axes, b"0,1,0\n", "left")
    give_for_training(developer, axes, b"0,0,1\n", "up")
    build = work(request_build(developer, axes))
    assert build.state == JobState.SUCCEEDED, (build.error, log_of(build))
    assert [line.step for line in build.log.all()] == ["data", "check", "compile", "verify", "measure", "evaluate"]
    assert "1 of 2 samples right" in log_of(build)
    assert build.evaluation is not None
    assert (build.evaluation["samples"], build.evaluation["right"], build.evaluation["is_precise"]) == (2, 1, False)
    evaluation = evaluation_of(build)
    assert evaluation is not None
    outcomes = {each.name: (each.label, each.answer) for each in evaluation.outcomes}
    assert outcomes == {right.digest: ("left", "left"), wrong.digest: ("left", "up")}
    payload = client.get(f"/api/v1/builds/{build.pk}").json()
    assert payload["evaluation"]["accuracy"] == 0.5
    version = DataVersion.objects.get()
    page = f"{axes.get_absolute_url()}/data/versions/1"
    assert payload["data"] == {"number": 1, "digest": version.digest, "url": page}
    for place in ("", "/accuracy"):
        assert f'href="{page}"' in client.get(f"{axes.get_absolute_url()}/builds/1{place}").content.decode()


@pytest.mark.slow
@pytest.mark.protects("availability/long-evaluations")
def test_an_evaluation_waits_between_samples_while_others_have_their_turn(
    axes: Project, developer: Any, compiler: Compiler
) -> None:
    for row in (b"1,0,0\n", b"1,0.1,0\n"):
        give(developer, axes, row, "left")
    build = request_build(developer, axes)
    lease = take_job()
    at_rest: list[ComputePace] = []

    def others_first() -> ComputePace:
        if Build.objects.get(pk=build.pk).artefact is None:
            return ComputePace.USUAL
        at_rest.append(ComputePace.SUSPENDED if len(at_rest) < 2 else ComputePace.USUAL)
        return at_rest[-1]

    run_job(lease, lambda: nullcontext(compiler), pace=others_first)
    build.refresh_from_db()
    assert at_rest == [ComputePace.SUSPENDED, ComputePace.SUSPENDED, ComputePace.USUAL]
    assert "2 of 2 samples right" in log_of(build)


@pytest.mark.slow
@pytest.mark.protects("availability/long-evaluations")
def test_a_build_that_is_cancelled_while_its_evaluation_waits_ends(
    axes: Project, developer: Any, compiler: Compiler
) -> None:
    give(developer, axes, b"1,0,0\n", "left")
    build = request_build(developer, axes)
    lease = take_job()

    def never() -> ComputePace:
        current = Build.objects.get(pk=build.pk)
        if current.artefact is None:
            return ComputePace.USUAL
        if current.state == JobState.RUNNING:
            cancel_job(developer, Job.objects.get(build=current))
        return ComputePace.SUSPENDED

    run_job(lease, lambda: nullcontext(compiler), pace=never)
    build.refresh_from_db()
    assert (build.state, compiler.alive) == (JobState.CANCELLED, False)


@pytest.mark.slow
def test_a_build_without_test_samples_has_no_evaluation(axes: Project, developer: Any, work: Work) -> None:
    give_for_training(developer, axes, b"1,0,0\n", "left")
    build = work(request_build(developer, axes))
    assert build.state == JobState.SUCCEEDED, (build.error, log_of(build))
    assert (build.evaluation, build.samples, evaluation_of(build)) == (None, "", None)


@pytest.mark.slow
def test_the_same_rune_on_the_same_samples_is_not_run_twice(axes: Project, developer: Any, work: Work) -> None:
    give(developer, axes, b"1,0,0\n", "left")
    first = work(request_build(developer, axes))
    again = work(request_build(developer, axes))
    assert [line.step for line in again.log.all()] == ["data", "cache"]
    assert again.evaluation == first.evaluation
    assert ArtefactFile.objects.filter(role=FileRole.EVALUATION).count() == 1


@pytest.mark.slow
def test_another_label_is_another_evaluation_of_the_same_rune(
    axes: Project, developer: Any, owner: Any, work: Work
) -> None:
    sample = give(developer, axes, b"1,0,0\n", "up")
    first = work(request_build(developer, axes))
    mark_samples(owner, axes, [SampleMark(sample.number, "left")], revision=DataSet.objects.get().revision)
    second = work(request_build(developer, axes))
    assert first.artefact_id == second.artefact_id
    assert [line.step for line in second.log.all()] == ["data", "cache", "evaluate"]
    assert [build.evaluation["right"] for build in (first, second) if build.evaluation] == [0, 1]
    evaluation = evaluation_of(first)
    assert evaluation is not None
    assert evaluation.outcomes[0].label == "up"


@pytest.mark.slow
@pytest.mark.protects("recordings/evaluations")
def test_a_sample_that_was_withdrawn_is_not_run(axes: Project, developer: Any, work: Work) -> None:
    give(developer, axes, b"1,0,0\n", "left")
    sample = give(developer, axes, b"0,1,0\n", "up")
    build = request_build(developer, axes)
    withdraw_sample(developer, sample.pk)
    build = work(build)
    assert build.state == JobState.SUCCEEDED, (build.error, log_of(build))
    assert build.evaluation is not None
    assert build.evaluation["samples"] == 1


@pytest.mark.slow
def test_a_rune_without_labels_says_why_it_was_not_evaluated_and_succeeds(
    axes: Project, developer: Any, work: Work
) -> None:
    give(developer, axes, b"1,0,0\n", "left")
    two = RUNEFILE.replace(b"  best:\n", SECOND_INPUT + b"  best:\n")
    write_file(developer, axes, "Runefile.yml", two)
    build = work(request_build(developer, axes))
    assert build.state == JobState.SUCCEEDED, (build.error, log_of(build))
    assert build.evaluation is not None
    assert "one input" in build.evaluation["reason"]
    assert evaluation_of(build) is None


@pytest.mark.slow
def test_a_lost_evaluation_is_made_again(axes: Project, developer: Any, work: Work) -> None:
    give(developer, axes, b"1,0,0\n", "left")
    first = work(request_build(developer, axes))
    file = ArtefactFile.objects.get(role=FileRole.EVALUATION)
    delete_bytes(file.blob_id)
    again = work(request_build(developer, axes))
    assert again.state == JobState.SUCCEEDED, (again.error, log_of(again))
    assert again.evaluation == first.evaluation
    assert evaluation_of(again) == evaluation_of(first)


@pytest.mark.slow
def test_a_build_names_the_version_of_the_data_that_it_was_tested_on(axes: Project, developer: Any, work: Work) -> None:
    give(developer, axes, b"1,0,0\n", "left")
    first = work(request_build(developer, axes))
    version = DataVersion.objects.get()
    assert (first.data_version, version.message) == (version, "Saved for a build.")
    assert "Version 1 of the data, the data as it is now." in log_of(first)
    again = work(request_build(developer, axes))
    assert (again.data_version, DataVersion.objects.count()) == (version, 1)


@pytest.mark.slow
def test_a_build_whose_forge_yml_names_data_is_tested_on_that_version(
    axes: Project, developer: Any, work: Work
) -> None:
    give(developer, axes, b"1,0,0\n", "left")
    version = save_version(developer, axes, revision=DataSet.objects.get().revision)
    give(developer, axes, b"0,1,0\n", "left")
    write_file(developer, axes, "forge.yml", f"data: {version.digest}\n".encode())
    build = work(request_build(developer, axes))
    assert build.evaluation is not None
    assert (build.data_version, build.evaluation["samples"]) == (version, 1)
    assert DataVersion.objects.count() == 1


def test_a_build_whose_forge_yml_names_no_data_of_the_project_says_so_and_succeeds(
    axes: Project, developer: Any, work: Work
) -> None:
    give(developer, axes, b"1,0,0\n", "left")
    write_file(developer, axes, "forge.yml", f"data: sha256:{'0' * 64}\n".encode())
    build = work(request_build(developer, axes))
    assert (build.state, build.data_version, build.evaluation) == (JobState.SUCCEEDED, None, None), log_of(build)
    assert "is not a version of this project's data" in log_of(build)


@pytest.fixture
def sounds_elsewhere(organisation: Organisation, owner: User) -> Project:
    """Another project of the organisation, whose data has two samples for tests; one may be used in other projects."""
    elsewhere = Project.objects.create(organisation=organisation, name="recordings", created_by=owner)
    for row, purposes in ((b"1,0,0\n", frozenset(Purpose)), (b"0,1,0\n", frozenset({Purpose.TESTS}))):
        sample = sample_of(consent_of(owner, elsewhere, purposes=purposes), owner, row, label="left", alone=True)
        Sample.objects.filter(pk=sample.pk).update(split="test")
    save_version(owner, elsewhere, revision=DataSet.objects.get(project=elsewhere).revision)
    return elsewhere


@pytest.mark.slow
@pytest.mark.protects("recordings/purposes")
def test_a_build_is_tested_on_the_data_of_another_project_where_consents_cover_that(
    axes: Project, sounds_elsewhere: Project, developer: Any, work: Work, client: Client
) -> None:
    version = DataVersion.objects.get(data_set__project=sounds_elsewhere)
    write_file(developer, axes, "forge.yml", f"data: {version.digest}\n".encode())
    build = work(request_build(developer, axes))
    assert (build.state, build.data_version) == (JobState.SUCCEEDED, version), log_of(build)
    assert build.evaluation is not None
    assert (build.evaluation["samples"], build.evaluation["right"]) == (1, 1)
    assert "Version 1 of the data of another project" in log_of(build)
    assert sounds_elsewhere.name not in log_of(build)
    payload = client.get(f"/api/v1/builds/{build.pk}").json()
    assert payload["data"] == {"number": 1, "digest": version.digest, "url": ""}
    page = client.get(f"{axes.get_absolute_url()}/builds/1/accuracy").content.decode()
    assert "another project&#x27;s data" in page or "another project's data" in page
    assert sounds_elsewhere.full_name not in page


@pytest.mark.slow
def test_the_data_of_a_project_that_one_does_not_read_is_no_data_of_ones_builds(
    axes: Project, sounds_elsewhere: Project, developer: Any, work: Work
) -> None:
    others = Organisation.objects.create(name="others", title="Others")
    Project.objects.filter(pk=sounds_elsewhere.pk).update(organisation=others)
    version = DataVersion.objects.get(data_set__project=sounds_elsewhere)
    write_file(developer, axes, "forge.yml", f"data: {version.digest}\n".encode())
    build = work(request_build(developer, axes))
    assert (build.state, build.data_version, build.evaluation) == (JobState.SUCCEEDED, None, None), log_of(build)


@pytest.mark.slow
@pytest.mark.protects("sign-in/token-restrictions")
def test_a_build_that_a_token_asked_for_is_tested_on_the_data_that_the_token_reads(
    axes: Project, sounds_elsewhere: Project, developer: Any, work: Work
) -> None:
    version = DataVersion.objects.get(data_set__project=sounds_elsewhere)
    write_file(developer, axes, "forge.yml", f"data: {version.digest}\n".encode())

    def built_by(restriction: list[str] | None, *, ends: bool = False) -> Build:
        token, _ = create_token(developer, "ci", ["read", "build:run"], None, restriction)
        waiting = request_build(acting_as(developer, token), axes)
        if ends:
            token.delete()
        return work(waiting)

    for build in (built_by([axes.stream]), built_by(None, ends=True)):
        assert (build.state, build.data_version, build.evaluation) == (JobState.SUCCEEDED, None, None)
        assert "A token reads only the projects that it is restricted to" in log_of(build)
    for restriction in (None, [axes.stream, sounds_elsewhere.stream]):
        assert built_by(restriction).data_version == version


@pytest.mark.slow
@pytest.mark.protects("recordings/evaluations")
def test_a_file_of_the_project_cannot_read_samples(axes: Project, developer: Any, work: Work) -> None:
    sample = give(developer, axes, b"1,0,0\n", "left")
    path = f"$.data/{sample.number:06d}.csv"[1:]
    text = RUNEFILE.replace(b"    inline: |-\n      left\n      up\n      right\n", f"    path: {path}\n".encode())
    write_file(developer, axes, "Runefile.yml", text)
    build = work(request_build(developer, axes))
    assert build.state == JobState.FAILED
    assert "no such file" in log_of(build) + str(build.diagnostics)
