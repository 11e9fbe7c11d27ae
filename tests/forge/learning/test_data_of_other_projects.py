"""Training on the data of another project of the organisation: who may, on which samples, and what others see."""

from __future__ import annotations

import threading
import zipfile
from itertools import product
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import Membership, Organisation, ProjectMembership, Quota, Role, User
from forge.datasets.models import Consent, DataVersion, Sample
from forge.datasets.removals.actions import withdraw_consent
from forge.datasets.versions.other_projects import find_usable_version, offered_versions
from forge.jobs.models import Job, WorkerCapability
from forge.jobs.queue import cancel
from forge.jobs.workers.slots import JobSlots
from forge.learning.lab_jobs import queue as lab_queue
from forge.learning.lab_jobs.process import LabRefused
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.searches.models import ModelSearch
from forge.learning.training.actions import train_again
from forge.learning.training.models import TrainingRun
from forge.learning.training.running.job import TRAINING, run_training_job
from forge.projects.models import Project
from tests.support.forge.factories.training import SMALL, ScriptedLab, finish_run, motion_version
from tests.support.shares import one_of_each

pytestmark = pytest.mark.django_db(transaction=True)
RUNS = "/api/v1/projects/acme/kitchen/training"
SEARCHES = "/api/v1/projects/acme/kitchen/searches"


@pytest.fixture
def source(organisation: Organisation, owner: User) -> Project:
    """Another project of the organisation, with a version of motion of which some may be used in other projects."""
    elsewhere = Project.objects.create(organisation=organisation, name="recordings", created_by=owner)
    motion_version(owner, elsewhere)
    Consent.objects.update(for_other_projects=True)
    still = Sample.objects.filter(label="still").first()
    assert still is not None
    own = Consent.objects.get(pk=still.consent_id)
    own.pk = None
    own.for_other_projects = False
    own.save(force_insert=True)
    Sample.objects.filter(label="still").update(consent=own)
    return elsewhere


@pytest.fixture(autouse=True)
def _nobody_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab_queue, "notify_workers", lambda capability: None)


def version_of(source: Project) -> DataVersion:
    return DataVersion.objects.get(data_set__project=source)


def begin(client: Client, **body: Any) -> Any:
    return client.post(RUNS, {"recipe": "motion", "arguments": SMALL, **body}, content_type="application/json")


@pytest.mark.protects("recordings/purposes")
def test_a_run_learns_from_the_samples_of_another_project_whose_consent_covers_that(
    client: Client, source: Project, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = version_of(source)
    answer = begin(client, data_digest=version.digest)
    assert (answer.status_code, answer.json()["data_digest"]) == (201, version.digest)
    names: list[str] = []

    class Reading(ScriptedLab):
        def __call__(self, request: dict[str, Any], shape: Any, **calls: Any) -> Any:
            with zipfile.ZipFile(f"{request['folder']}/{request['data']}") as archive:
                names.extend(archive.namelist())
            return super().__call__(request, shape, **calls)

    lab = Reading([], LabRefused("enough", "data"))
    monkeypatch.setitem(vars(TRAINING), "execute", lambda context: run_training_job(context, lab))
    JobSlots(1, (WorkerCapability.LAB,), threading.Event()).work()
    labels = {name.split("/")[-2] for name in names if name.endswith(".csv")}
    assert labels == {"circle", "shake"}
    assert {"still"} <= set(Sample.objects.values_list("label", flat=True))


@pytest.mark.slow
def test_a_run_on_the_data_of_another_project_is_repeated_on_it(
    client: Client, source: Project, project: Project, user: User
) -> None:
    begin(client, data_digest=version_of(source).digest)
    again = train_again(user, TrainingRun.objects.get())
    assert (again.number, again.data_version) == (2, version_of(source))


@pytest.mark.slow
def test_the_form_offers_the_data_of_other_projects(client: Client, source: Project, project: Project) -> None:
    version = version_of(source)
    page = client.get(f"{project.get_absolute_url()}/training?recipe=motion").content.decode()
    assert f'<option value="{version.digest}"' in page
    fields = {"recipe": "motion", "version": version.digest, "model": "model.tflite"}
    answer = client.post(f"{project.get_absolute_url()}/training/begin", fields)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    assert TrainingRun.objects.get().data_version == version
    page = client.get(f"{project.get_absolute_url()}/searches?recipe=motion").content.decode()
    assert f'<option value="{version.digest}"' in page


def test_data_that_nobody_gave_for_other_projects_is_not_offered(user: User, source: Project, project: Project) -> None:
    assert offered_versions(user, project) == [version_of(source)]
    Consent.objects.update(for_other_projects=False)
    assert offered_versions(user, project) == []


@pytest.mark.parametrize("end", ["organisation", "deleted"])
def test_the_data_of_a_project_that_one_does_not_read_is_refused_like_none(
    client: Client, source: Project, project: Project, user: User, end: str
) -> None:
    version = version_of(source)
    if end == "deleted":
        Project.objects.filter(pk=source.pk).update(deleted_at=version.created)
    else:
        others = Organisation.objects.create(name="others", title="Others")
        Project.objects.filter(pk=source.pk).update(organisation=others)
    assert (find_usable_version(user, project, version.digest), offered_versions(user, project)) == (None, [])
    answer = begin(client, data_digest=version.digest)
    unknown = begin(client, data_digest=f"sha256:{'0' * 64}")
    assert answer.status_code == unknown.status_code == 404
    assert answer.json()["type"] == unknown.json()["type"]


@pytest.mark.slow
def test_a_version_of_ones_own_data_goes_before_that_of_others(user: User, source: Project, project: Project) -> None:
    own = motion_version(user, project)
    DataVersion.objects.filter(data_set__project=source).update(digest=own.digest)
    assert find_usable_version(user, project, own.digest) == own


WAYS = ["resume-run", "retry-run", "resume-search", "retry-search"]


def ended_with_other_data(client: Client, source: Project, way: str) -> Job:
    """A run or a search on the data of another project that ended without a result. Returns its job."""
    body = {"recipe": "motion", "arguments": SMALL, "data_digest": version_of(source).digest}
    response = client.post(RUNS if way.endswith("run") else SEARCHES, body, content_type="application/json")
    assert response.status_code == 201, response.content
    job = Job.objects.get()
    assert cancel(job, "somebody")
    return job


def go_on(client: Client, way: str, job: Job) -> Any:
    """Lets it go on in one of the ways that there are."""
    paths = {"resume-run": f"{RUNS}/1/resume", "resume-search": f"{SEARCHES}/1/resume"}
    return client.post(paths.get(way, f"/api/v1/jobs/{job.pk}/retry"), {}, content_type="application/json")


@pytest.mark.protects("roles/rights-in-slow-work")
@pytest.mark.parametrize(
    "case", one_of_each(product(WAYS, ("role", "organisation", "deleted")), lambda case: case[0], " and ".join)
)
def test_what_learned_from_another_project_goes_on_only_for_who_still_reads_that(
    case: tuple[str, str], client: Client, source: Project, project: Project, user: User
) -> None:
    way, end = case
    job = ended_with_other_data(client, source, way)
    if end == "role":
        Membership.objects.filter(user=user, organisation=project.organisation).delete()
        role = {"user": user, "organisation": project.organisation, "role": Role.DEVELOPER}
        ProjectMembership.objects.create(project=project.pk, **role)
    elif end == "organisation":
        others = Organisation.objects.create(name="others", title="Others")
        Membership.objects.create(user=user, organisation=others, role=Role.OWNER)
        Project.objects.filter(pk=source.pk).update(organisation=others)
    else:
        Project.objects.filter(pk=source.pk).update(deleted_at=version_of(source).created)
    answer = go_on(client, way, job)
    assert (answer.status_code, answer.json()["type"]) == (404, begin(client, data_digest="sha256:0").json()["type"])
    assert not Job.objects.unfinished().exists()


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_who_reads_the_other_project_lets_what_learned_from_it_go_on(
    way: str, client: Client, source: Project, project: Project
) -> None:
    job = ended_with_other_data(client, source, way)
    answer = go_on(client, way, job)
    assert answer.status_code in (200, 202), answer.content
    assert Job.objects.unfinished().count() == 1
    rows: Any = TrainingRun if way.endswith("run") else ModelSearch
    assert rows.objects.get().state == "waiting"


@pytest.mark.parametrize("way", ["retry-run", "retry-search"])
def test_a_retry_needs_minutes_of_training_like_going_on(
    way: str, client: Client, source: Project, project: Project
) -> None:
    job = ended_with_other_data(client, source, way)
    Quota.objects.create(holder=project.organisation.stream, resource="training", limit=0)
    assert go_on(client, way, job).status_code == 429


@pytest.mark.slow
def test_a_run_shows_the_recordings_of_the_project_that_has_them(
    client: Client, source: Project, project: Project, user: User
) -> None:
    motion_version(user, project, takes=2)
    begin(client, data_digest=version_of(source).digest)
    run = finish_run(TrainingRun.objects.get())
    numbers = list(Sample.objects.filter(data_set__project=source).values_list("number", flat=True))
    TrainingRun.objects.filter(pk=run.pk).update(description={**run.description, "recordings": numbers})
    page = client.get(run.get_absolute_url()).content.decode()
    assert f'href="{source.get_absolute_url()}/data/versions/1"' in page
    assert f"{source.get_absolute_url()}/data/samples/" in page
    assert f"{project.get_absolute_url()}/data/samples/" not in page


@pytest.mark.protects("recordings/withdrawn-from-data")
def test_withdrawing_cancels_a_run_of_another_project_and_does_not_name_that(
    client: Client, source: Project, project: Project, owner: User
) -> None:
    begin(client, data_digest=version_of(source).digest)
    consent = Sample.objects.filter(data_set__project=source, label="circle").first()
    assert consent is not None
    removal = withdraw_consent(owner, consent.consent)
    run = TrainingRun.objects.get()
    assert run.state == LabJobState.CANCELLED
    assert removal is not None
    assert removal.stopped == ["Training run 1 of another project was cancelled."]
