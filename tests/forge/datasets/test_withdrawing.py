"""Withdrawing: what works with the samples stops, what learned from them is named, and copies of before are listed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from forge.accounts.models import Role, User
from forge.core.blobs.links import links_of
from forge.core.database.leases import LeaseLost
from forge.core.errors import NotFound
from forge.core.models import Blob, Event
from forge.datasets.analysis.actions import start_analysis
from forge.datasets.consent.actions import agree_anew
from forge.datasets.consent_terms import DEFAULT_PURPOSES, Purpose, terms_for
from forge.datasets.errors import ConsentDiffers, ConsentOver
from forge.datasets.hooks import LearnerKind, find_learners
from forge.datasets.models import Consent, DataCopy, Sample, SampleRemoval
from forge.datasets.removals.access import scope_of
from forge.datasets.removals.actions import delete_sample, withdraw_consent
from forge.datasets.versions.actions import save_version
from forge.jobs import queue
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.jobs.workers.checkpoints import save_checkpoint
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.training.models import TrainingRun
from forge.notices.models import Notice
from forge.projects.actions import write_file
from forge.projects.models import Project
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import built, waiting
from tests.support.forge.factories.deployments import deployed
from tests.support.forge.factories.members import make_member
from tests.support.forge.factories.recordings import consent_of, loud, sample_of
from tests.support.forge.factories.training import finish_run, motion_run, motion_version

pytestmark = pytest.mark.django_db(transaction=True)

TESTS = frozenset({Purpose.TESTS})
SINE = (Path(__file__).parents[3] / "examples/sine/sine.tflite").read_bytes()


@pytest.fixture(autouse=True)
def _nobody_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs run when a test says so."""
    for module in (
        "forge.learning.lab_jobs.queue",
        "forge.datasets.analysis.stopping",
        "forge.datasets.analysis.actions",
        "forge.builds.runs.withdrawn_samples",
    ):
        monkeypatch.setattr(f"{module}.notify_workers", lambda *_: None)


def consent_for_training(project: Project) -> Consent:
    return Consent.objects.filter(data_set__project=project, samples__split="train").distinct().get()


# -- what works with the samples


@pytest.mark.slow
@pytest.mark.protects("recordings/withdrawn-at-work")
def test_a_run_that_trains_is_cancelled_and_begins_anew_without_the_samples(project: Project, user: User) -> None:
    motion_version(user, project)
    run = motion_run(user, project)
    lease = queue.take([WorkerCapability.LAB])
    assert lease is not None
    save_checkpoint(lease, b"weights that learned from all")
    checkpoint = Job.objects.get(pk=lease.job.pk).checkpoint_id
    removal = withdraw_consent(user, consent_for_training(project))
    assert removal is not None
    assert removal.stopped == [f"Training run 1 of {project.full_name} was cancelled."]
    run.refresh_from_db()
    assert run.state == LabJobState.CANCELLED
    assert "learns from the samples that are left" in run.error
    job = Job.objects.get(pk=lease.job.pk)
    assert (job.state, job.checkpoint_id) == (JobState.CANCELLED, None)
    assert not links_of(job).filter(blob=checkpoint).exists()


@pytest.mark.slow
@pytest.mark.protects("recordings/withdrawn-at-work")
def test_a_build_that_is_tested_on_the_samples_begins_again_and_another_goes_on(project: Project, user: User) -> None:
    consent = consent_of(user, project, purposes=TESTS)
    sample_of(consent, user)
    other = consent_of(user, project, purposes=TESTS)
    version = save_version(user, project, revision=1)
    sample_of(other, user, pseudonym="Guest 2")
    later = save_version(user, project, revision=3)
    for data in (version, later):
        write_file(user, project, "notes.md", data.digest.encode())
        build = waiting(user, project)
        build.data_version = data
        build.save(update_fields=["data_version"])
        assert queue.take([WorkerCapability.BUILD]) is not None
    removal = withdraw_consent(user, other)
    assert removal is not None
    assert removal.stopped == [f"Build 2 of {project.full_name} was begun again without the samples."]
    assert list(Job.objects.order_by("created").values_list("state", "attempt")) == [("running", 1), ("queued", 0)]


@pytest.mark.protects("recordings/withdrawn-at-work")
def test_an_analysis_begins_again(project: Project, user: User) -> None:
    sample = sample_of(consent_of(user, project), user)
    start_analysis(user, project)
    lease = queue.take([WorkerCapability.BUILD])
    assert lease is not None
    delete_sample(user, sample)
    assert SampleRemoval.objects.get().stopped == ["The analysis of the data was begun again."]
    with pytest.raises(LeaseLost):
        queue.renew(lease)
    assert Job.objects.get(pk=lease.job.pk).state == JobState.QUEUED


# -- what learned from them


def trained_and_deployed(project: Project, user: User) -> TrainingRun:
    """A finished run whose model is in a build that a deployment serves."""
    motion_version(user, project)
    run = finish_run(motion_run(user, project), SINE)
    write_file(user, project, "model.tflite", SINE)
    deployed(user, project)
    return run


@pytest.mark.slow
@pytest.mark.protects("recordings/learned")
def test_those_who_manage_hear_which_runs_builds_and_deployments_learned_from_a_sample(
    project: Project, user: User, client: Client
) -> None:
    before = built(user, project)
    trained_and_deployed(project, user)
    maintainer = make_member(project.organisation, "mai@acme.example", "Mai", Role.MAINTAINER)
    make_member(project.organisation, "dev@acme.example", "Dev", Role.DEVELOPER)
    removal = withdraw_consent(user, consent_for_training(project))
    assert removal is not None
    learners = find_learners(scope_of(removal))
    assert [each.kind for each in learners] == [LearnerKind.RUN, LearnerKind.BUILD, LearnerKind.DEPLOYMENT]
    assert learners[1].title != f"Build {before.number}", "a build of before has no model of the run"
    event = Event.objects.get(type="data.removed")
    assert {name: event.data[name] for name in ("runs", "builds", "deployments")} == {
        "runs": 1,
        "builds": 1,
        "deployments": 1,
    }
    notices = Notice.objects.filter(kind="data-removed")
    assert {notice.person for notice in notices} == {maintainer}
    page = compact(client.get(f"/acme/kitchen/data/removals/{removal.pk}").content.decode())
    assert page.index("Run 1") < page.index("Build 2") < page.index("Website")
    assert str(removal.count) in client.get("/acme/kitchen/data/removals").content.decode()


def test_a_sample_that_nothing_learned_from_tells_nobody(project: Project, user: User, client: Client) -> None:
    sample_of(consent_of(user, project, purposes=TESTS), user)
    removal = withdraw_consent(user, Consent.objects.get())
    assert removal is not None
    assert not Notice.objects.exists()
    page = compact(client.get(f"/acme/kitchen/data/removals/{removal.pk}").content.decode())
    assert "No finished training run" in page


# -- copies and backups


@pytest.mark.slow
@pytest.mark.protects("recordings/copies")
def test_the_answer_says_which_copies_were_taken_and_until_when_backups_have_them(
    project: Project, user: User, client: Client, settings: LazySettings
) -> None:
    consent = consent_of(user, project)
    first = sample_of(consent, user)
    save_version(user, project, revision=1)
    other = sample_of(consent_of(user, project), user, pseudonym="Guest 2")
    save_version(user, project, revision=3)
    for query in ("versions/1/export?limit=1", f"versions/2/export?after={first.number}", "versions/2/export?limit=1"):
        b"".join(client.get(f"/api/v1/projects/acme/kitchen/data/{query}").streaming_content)  # type: ignore[attr-defined]
    assert DataCopy.objects.count() == 2, "parts of one version are one copy"
    settings.BACKUP_DAYS = 30
    body = client.delete(f"/api/v1/data/consents/{other.consent_id}").json()
    assert [(each["version"], each["layout"]) for each in body["copies"]] == [(2, "data-folder")]
    assert body["versions"] == [2]
    removal = SampleRemoval.objects.get()
    assert body["backups_until"] == (removal.created + timedelta(days=30)).isoformat()
    settings.BACKUP_DAYS = 0
    page = compact(client.get(f"/acme/kitchen/data/removals/{removal.pk}").content.decode())
    assert "has not said how long backups are kept" in page
    assert "v2 as data-folder, by" in page


# -- agreeing anew


@pytest.fixture
def of_before(project: Project, user: User) -> Sample:
    """A sample as an upgrade moves it: its split is for training, its consent for tests."""
    sample = sample_of(consent_of(user, project, purposes=TESTS), user)
    Sample.objects.filter(pk=sample.pk).update(split="train")
    return sample


@pytest.mark.protects("recordings/purposes")
def test_a_sample_of_before_is_used_for_training_once_its_person_agrees_anew(
    of_before: Sample, project: Project, user: User, client: Client
) -> None:
    answer = client.post(
        "/api/v1/projects/acme/kitchen/data/versions", {"revision": 1}, content_type="application/json"
    )
    assert answer.status_code == 409, "no version has it"
    page = client.get("/recordings").content.decode()
    assert "1 of them is not used" in page
    address = f"/recordings/{of_before.consent_id}/agree"
    assert address in page
    fields = {"purposes": ["tests", "training"], "days": "365"}
    read = client.get(address, fields).content.decode()
    terms = terms_for(project, DEFAULT_PURPOSES, 365)
    assert terms.uses in read
    response = client.post(address, {**fields, "text": "something else"})
    assert (response.status_code, Consent.objects.count()) == (409, 1)
    assert client.post(address, {**fields, "text": terms.text}).status_code == 302
    consent = Consent.objects.get(replaced_by=None)
    assert Consent.objects.exclude(pk=consent.pk).get().replaced_by == consent
    assert Sample.objects.get().consent == consent
    version = save_version(user, project, revision=2)
    assert version.figures["splits"] == {"train": 1}
    assert "not used" not in client.get("/recordings").content.decode()


def test_one_agrees_anew_for_ones_own_recordings_alone_and_once(
    of_before: Sample, project: Project, user: User
) -> None:
    other = make_member(project.organisation, "other@acme.example", "Otto", Role.DEVELOPER)
    text = terms_for(project, DEFAULT_PURPOSES, 90).text
    consent = Consent.objects.select_related("data_set__project__organisation").get()
    with pytest.raises(NotFound):
        agree_anew(other, consent, purposes=DEFAULT_PURPOSES, days=90, text=text)
    with pytest.raises(ConsentDiffers):
        agree_anew(user, consent, purposes=DEFAULT_PURPOSES, days=90, text="other")
    agree_anew(user, consent, purposes=DEFAULT_PURPOSES, days=90, text=text)
    with pytest.raises(ConsentOver):
        agree_anew(user, consent, purposes=DEFAULT_PURPOSES, days=90, text=text)


@pytest.mark.slow
def test_agreeing_to_fewer_uses_stops_what_trains(project: Project, user: User, client: Client) -> None:
    motion_version(user, project)
    run = motion_run(user, project)
    assert queue.take([WorkerCapability.LAB]) is not None
    terms = terms_for(project, TESTS, 90)
    body = {"purposes": ["tests"], "days": 90, "text": terms.text}
    consent = consent_for_training(project)
    answer = client.post(f"/api/v1/data/consents/{consent.pk}/agree-anew", body, content_type="application/json")
    assert (answer.status_code, answer.json()["purposes"]) == (201, ["tests"])
    run.refresh_from_db()
    assert run.state == LabJobState.CANCELLED


def test_withdrawing_on_the_page_deletes_the_bytes_at_once(project: Project, user: User, client: Client) -> None:
    sample = sample_of(consent_of(user, project), user, loud(3))
    page = client.post(f"/recordings/{sample.consent_id}/withdraw").content.decode()
    assert "You withdrew 1 recording" in page
    assert "The recordings are gone" in page
    assert not Blob.objects.filter(pk=sample.digest).exists()
    assert "No recording of yours is stored." in client.get("/recordings").content.decode()
