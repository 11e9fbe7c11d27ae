"""Taking the bins of a project from a version of its data: who may, what is refused, and the file that a worker writes.

The rune says which axis of one motion sample is the greatest.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from forge.accounts.actions import create_token
from forge.accounts.models import Membership, Organisation, User
from forge.builds.bins import job as bins_job
from forge.builds.bins.actions import take_bins
from forge.builds.bins.watch_file import read_watch_text
from forge.builds.errors import BinsForbidden, NoSamplesForBins
from forge.compute.errors import MalformedAnswer
from forge.compute.pool.compiler import Compiler
from forge.core.models import AuditEntry
from forge.datasets.errors import DataVersionNotFound
from forge.datasets.models import Consent, DataSet, DataVersion, Sample
from forge.datasets.playing import restrict_playing
from forge.datasets.removals.actions import withdraw_consent
from forge.datasets.versions.actions import save_version
from forge.jobs.actions import cancel_job
from forge.jobs.kinds import kind_of
from forge.jobs.models import Job, JobState
from forge.jobs.workers.running import RunningJob
from forge.projects.actions import write_file
from forge.projects.models import DocumentUpdate, Project
from forge.projects.versions.store import WorkingTree, working_tree
from rune.tools.cli import main
from tests.support.forge.factories.builds import run_job, take_job
from tests.support.forge.factories.evaluations import RUNEFILE
from tests.support.forge.factories.recordings import consent_of, sample_of

pytestmark = pytest.mark.django_db(transaction=True)

BINS = "/api/v1/projects/acme/kitchen/bins"
SCORES = b"""\
  scores:
    proc-block: softmax
    inputs: [motion]
    outputs:
      - {type: f32, dimensions: [1, 3]}
"""
CLASSIFIER = (
    RUNEFILE.replace(b"  best:\n", SCORES + b"  best:\n")
    .replace(
        b"inputs: [motion]\n    outputs:\n      - {type: u32", b"inputs: [scores]\n    outputs:\n      - {type: u32"
    )
    .replace(b"capability: ACCEL\n", b"capability: ACCEL\n    watch: mean\n")
)
"""The rune of evaluations with a score for each axis, and the mean of the motion counted."""
ROWS = ((b"3,1,0", "left"), (b"0,2,1", "up"), (b"0,1,5", "right"), (b"9,1,0", "left"), (b"0,7,1", "left"))
"""Motion, and its label: the last one is answered with another."""

Work = Callable[[], Job]


@pytest.fixture
def consent(project: Project, user: User) -> Consent:
    """A consent under which the project has samples of each label for training and for tests, in version 1."""
    write_file(user, project, "Runefile.yml", CLASSIFIER)
    consent = consent_of(user, project)
    for number, (row, label) in enumerate([*ROWS, *((b"1" + row, label) for row, label in ROWS)]):
        sample = sample_of(consent, user, row, label=label, pseudonym=f"Guest {number}")
        Sample.objects.filter(pk=sample.pk).update(split="test" if number < len(ROWS) else "train")
    save(user, project)
    return consent


@pytest.fixture
def work(compiler: Compiler) -> Work:
    """Does the job that is next, as a worker does, in the isolated process."""

    def work() -> Job:
        lease = take_job()
        run_job(lease, lambda: nullcontext(compiler))
        lease.job.refresh_from_db()
        return lease.job

    return work


def save(person: User, project: Project) -> DataVersion:
    return save_version(person, project, revision=DataSet.objects.get(project=project).revision)


def watch_text(project: Project) -> bytes | None:
    return working_tree(project).texts.get("rune.watch")


def log_of(job: Job) -> list[str]:
    return list(job.log.values_list("text", flat=True))


@pytest.mark.slow
def test_a_worker_writes_the_bytes_that_the_command_writes_of_the_exported_samples(
    client: Client,
    project: Project,
    consent: Consent,
    user: User,
    work: Work,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    activities: list[str] = []
    monkeypatch.setattr(RunningJob, "report", lambda job, progress, activity: activities.append(activity))
    answer = client.post(BINS, {"version": 1}, content_type="application/json")
    assert (answer.status_code, answer.json()["state"]) == (202, "queued"), answer.content
    job = work()
    assert (job.state, job.error) == (JobState.SUCCEEDED, "")
    assert job.result == {"version": 1, "counted": 5}
    assert (activities[0], activities[-1]) == ("Reading samples", "Counting: 10 of 10 runs of samples")

    export = client.get("/api/v1/projects/acme/kitchen/data/versions/1/export")
    archive, folder = tmp_path / "samples.zip", tmp_path / "kitchen"
    archive.write_bytes(b"".join(export.streaming_content))  # type: ignore[attr-defined]
    folder.mkdir()
    (folder / "Runefile.yml").write_bytes(CLASSIFIER)
    result = CliRunner().invoke(main, ["watch", str(archive), str(folder)])
    assert result.exit_code == 0, result.output
    assert watch_text(project) == (folder / "rune.watch").read_bytes()

    # The log says what the command says, and the file is the requester's.
    assert [line.strip() for line in result.output.splitlines()] == log_of(job)[-len(result.output.splitlines()) :]
    assert "4 of them right" in result.output
    assert DocumentUpdate.objects.filter(project_id=project.pk).latest("sequence").author_id == user.pk
    actions = AuditEntry.objects.filter(actor=user).values_list("action", flat=True)
    assert {"data.bins", "file.write"} <= set(actions)


@pytest.mark.slow
@pytest.mark.parametrize("who", ["reviewer", "viewer", "stranger", "anonymous"])
def test_only_those_who_edit_the_project_take_its_bins(
    consent: Consent, people: dict[str, Any], browser_of: Callable[[User | None], Client], who: str
) -> None:
    answer = browser_of(people[who]).post(BINS, {"version": 1}, content_type="application/json")
    assert answer.status_code in (401, 403, 404)
    assert not Job.objects.filter(kind="bins").exists()


@pytest.mark.parametrize("body", [{}, {"version": 0}, {"version": "one"}, {"version": 2**40}])
def test_a_body_without_a_version_is_refused(client: Client, consent: Consent, body: dict[str, Any]) -> None:
    assert client.post(BINS, body, content_type="application/json").status_code == 400


def test_a_version_that_does_not_exist_is_refused(user: User, project: Project, consent: Consent) -> None:
    with pytest.raises(DataVersionNotFound):
        take_bins(user, project, 9)


@pytest.mark.protects("recordings/purposes")
def test_a_version_whose_samples_may_not_be_used_is_refused(user: User, project: Project, consent: Consent) -> None:
    Sample.objects.update(split="train")
    Consent.objects.update(for_training=False)
    with pytest.raises(NoSamplesForBins, match="has no sample that may be used"):
        take_bins(user, project, 1)


@pytest.mark.slow
@pytest.mark.protects("recordings/purposes")
def test_samples_without_the_purpose_of_their_split_are_left_out(
    user: User, project: Project, consent: Consent, work: Work
) -> None:
    Consent.objects.update(for_training=False)
    take_bins(user, project, 1)
    assert work().state == JobState.SUCCEEDED
    assert "edges from 5 samples (all samples, as none is for training)" in " ".join(
        log_of(Job.objects.get(kind="bins"))
    )


def test_a_version_whose_samples_were_deleted_is_refused(user: User, project: Project, consent: Consent) -> None:
    withdraw_consent(user, consent)
    with pytest.raises(NoSamplesForBins):
        take_bins(user, project, 1)


@pytest.mark.protects("recordings/playing")
def test_who_may_not_play_the_samples_takes_no_bins_from_them(
    user: User, owner: User, maintainer: User, project: Project, consent: Consent
) -> None:
    restrict_playing(owner, project, is_restricted=True)
    with pytest.raises(BinsForbidden, match="You may not play 5 of the 10 samples of version 1"):
        take_bins(maintainer, project, 1)
    take_bins(owner, project, 1)


def test_the_same_request_is_one_job(user: User, project: Project, consent: Consent) -> None:
    assert take_bins(user, project, 1).pk == take_bins(user, project, 1).pk


@pytest.mark.slow
def test_a_project_without_a_classifier_is_refused_by_name(
    user: User, project: Project, consent: Consent, work: Work
) -> None:
    head, _, rest = RUNEFILE.partition(b"  best:\n")
    write_file(user, project, "Runefile.yml", head + b"  answer:\n    out: serial\n    inputs: [motion]\n")
    assert rest
    take_bins(user, project, 1)
    job = work()
    assert (job.state, job.error) == (
        JobState.FAILED,
        "The bins cannot be taken: it counts nothing: no classifier, no stage that watches, or `watch: off`. "
        "Nothing was written.",
    )
    assert watch_text(project) is None


@pytest.mark.slow
def test_a_project_that_does_not_build_is_refused(user: User, project: Project, consent: Consent, work: Work) -> None:
    write_file(user, project, "Runefile.yml", CLASSIFIER.replace(b"inputs: [best]", b"inputs: [nothing]"))
    take_bins(user, project, 1)
    job = work()
    assert job.state == JobState.FAILED
    assert "nothing" in job.error
    assert watch_text(project) is None


@pytest.mark.slow
@pytest.mark.parametrize(("path", "is_stale"), [("Runefile.yml", True), ("rune.watch", True), ("notes.md", False)])
def test_nothing_is_written_where_a_file_that_was_read_changed_meanwhile(
    user: User,
    project: Project,
    consent: Consent,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    is_stale: bool,
) -> None:
    read: list[WorkingTree] = []

    def read_and_change(project: Project) -> WorkingTree:
        """Somebody else writes after the job has read the files."""
        tree = working_tree(project)
        if not read:
            write_file(user, project, path, CLASSIFIER + b"# another\n")
        read.append(tree)
        return tree

    monkeypatch.setattr(bins_job, "working_tree", read_and_change)
    take_bins(user, project, 1)
    job = work()
    if not is_stale:
        assert job.state == JobState.SUCCEEDED, job.error
        return
    assert job.state == JobState.FAILED
    assert job.error == f"{path} changed while the samples were run. Nothing was written. Take the bins again."
    assert watch_text(project) in (None, CLASSIFIER + b"# another\n")


@pytest.mark.slow
def test_a_job_of_somebody_who_lost_the_right_writes_nothing(
    user: User, project: Project, consent: Consent, organisation: Organisation, work: Work
) -> None:
    take_bins(user, project, 1)
    Membership.objects.filter(organisation=organisation, user=user).delete()
    assert work().state == JobState.FAILED
    assert watch_text(project) is None


@pytest.mark.slow
def test_a_job_of_a_token_that_ended_writes_nothing(user: User, project: Project, consent: Consent, work: Work) -> None:
    token, secret = create_token(user, "robot", ["read", "write"], None)
    headers = {"Authorization": f"Bearer {secret}"}
    answer = Client(headers=headers).post(BINS, {"version": 1}, content_type="application/json")
    assert answer.status_code == 202, answer.content
    token.delete()
    job = work()
    assert (job.state, "no longer exists" in job.error) == (JobState.FAILED, True)
    assert watch_text(project) is None


@pytest.mark.slow
def test_a_cancelled_job_writes_nothing(
    user: User, project: Project, consent: Consent, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = take_bins(user, project, 1)
    compute = bins_job._compute

    def compute_and_cancel(*arguments: Any) -> Any:
        result = compute(*arguments)
        cancel_job(user, Job.objects.get(pk=job.pk))
        return result

    monkeypatch.setattr(bins_job, "_compute", compute_and_cancel)
    run_job(take_job(), lambda: nullcontext(compiler))
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert watch_text(project) is None


@pytest.mark.slow
@pytest.mark.protects("recordings/withdrawn-at-work")
def test_a_job_whose_samples_are_withdrawn_begins_again_without_them(
    user: User, project: Project, consent: Consent
) -> None:
    job = take_bins(user, project, 1)
    take_job()
    withdraw_consent(user, consent)
    job.refresh_from_db()
    assert job.state == JobState.QUEUED


@pytest.mark.protects("recordings/answers")
@pytest.mark.parametrize(
    "change",
    [
        {"note": "a recording in letters"},
        {"samples": "a recording"},
        {"counted": -1},
        {"counted": 1.5},
        {"version": 2},
        {"layout": {"labels": ["a"]}},
    ],
)
def test_nothing_but_bins_and_counts_comes_into_the_project(change: dict[str, Any]) -> None:
    bins = {"stage": "audio", "output": 0, "statistic": "level", "edges": [1, 2]}
    value = {"version": 1, "samples": f"sha256:{'5' * 64}", "counted": 1, "layout": {"features": [bins]}}
    with pytest.raises(MalformedAnswer):
        read_watch_text(json.dumps(value | change))


def test_the_page_offers_versions_and_follows_the_job(client: Client, project: Project, consent: Consent) -> None:
    page = client.get("/acme/kitchen/bins?version=1").content.decode()
    assert "v1," in page
    answer = client.post("/acme/kitchen/bins/take", {"do": "take", "version": "1"})
    assert (answer.status_code, answer["Location"]) == (302, "/acme/kitchen/bins")
    page = client.get("/acme/kitchen/bins").content.decode()
    assert "From version 1" in page
    assert 'id="cancel-bins"' in page


def test_the_page_says_why_it_refuses(client: Client, project: Project, user: User, consent: Consent) -> None:
    withdraw_consent(user, consent)
    answer = client.post("/acme/kitchen/bins/take", {"do": "take", "version": "1"})
    assert answer.status_code == 409
    assert "There are no samples for bins" in answer.content.decode()


def test_a_reader_sees_who_takes_bins(
    consent: Consent, viewer: User, browser_of: Callable[[User | None], Client]
) -> None:
    page = browser_of(viewer).get("/acme/kitchen/bins").content.decode()
    assert "Only those who edit acme/kitchen take its bins." in page


def test_the_kind_is_retried_by_its_requester_alone() -> None:
    assert kind_of("bins").is_personal
