"""Recordings are added under a consent by the person who gave it alone: nobody else sends, starts or retries their
import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.actions import create_token
from forge.accounts.models import Organisation, Role, User
from forge.core.blobs.links import link_blobs
from forge.core.blobs.store import put_bytes
from forge.core.errors import Forbidden
from forge.datasets.consent.actions import agree_anew
from forge.datasets.consent_terms import DEFAULT_PURPOSES, terms_for
from forge.datasets.imports import actions, job
from forge.datasets.models import Consent, DataImport, Sample
from forge.jobs.actions import cancel_job, retry_job
from forge.jobs.lists.items import items_of
from forge.jobs.models import Job, JobState
from forge.projects.models import Project
from tests.forge.datasets.import_requests import FOLDERS, IMPORTS, begin, read, run_jobs, send, sent, start
from tests.support.cases import each_case
from tests.support.forge.factories.members import make_member
from tests.support.forge.factories.recordings import consent_of, loud
from tests.support.installations.archives import zipped

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.protects("recordings/added-under-a-consent")]

PAGES = "/acme/kitchen/data"
PREVIEW = {
    "layout": "folders by label",
    "recordings": 4,
    "labels": {"glass": 2, "knock": 2},
    "unlabelled": 0,
    "groups": 0,
    "splits": {},
    "omissions": [],
    "omission_count": 0,
}


@pytest.fixture(autouse=True)
def nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "notify_workers", lambda capability: None)


@pytest.fixture
def consent(owner: User, project: Project) -> Consent:
    """The consent of the owner. Everybody else in these tests has no part in it."""
    return consent_of(owner, project)


@pytest.fixture
def owners(owner: User, browser_of: Callable[..., Client]) -> Client:
    return browser_of(owner)


@pytest.fixture(params=["owner", "maintainer", "developer", "token"])
def other(request: pytest.FixtureRequest, organisation: Organisation, browser_of: Callable[..., Client]) -> Client:
    """Somebody else who may edit the project: a second owner, a maintainer, a developer, or a maintainer's token."""
    role = Role.MAINTAINER if request.param == "token" else Role(request.param)
    person = make_member(organisation, "kit@acme.example", "Kit", role)
    if request.param != "token":
        return browser_of(person)
    _, secret = create_token(person, "ci", ["project:read", "project:write", "build:run"], None)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def _ready(client: Client, consent: Consent) -> str:
    """An import whose lists were read."""
    import_id = sent(client, consent, zipped(FOLDERS))
    DataImport.objects.update(state="ready", description=PREVIEW)
    Job.objects.update(state=JobState.SUCCEEDED)
    return import_id


def test_nobody_else_sends_bytes_into_an_import(owners: Client, other: Client, consent: Consent) -> None:
    import_id = str(begin(owners, consent, 10).json()["id"])
    unknown = send(other, str(consent.pk), 0, b"other")
    answer = send(other, import_id, 0, b"other")
    assert (answer.status_code, answer.json()) == (404, unknown.json())
    assert send(owners, import_id, 0, b"first").status_code == 200
    assert send(other, import_id, 5, b"other").status_code == 404
    row = DataImport.objects.get()
    assert (row.received_bytes, row.pieces) == (5, [put_bytes(b"first").digest])


def test_nobody_else_starts_an_import(owners: Client, other: Client, consent: Consent) -> None:
    import_id = _ready(owners, consent)
    assert start(other, import_id).status_code == 404
    assert read(owners, import_id)["state"] == "ready"
    assert start(owners, import_id).status_code == 202


def test_a_page_offers_others_to_discard_an_import_and_not_to_start_it(
    owners: Client, maintainer: User, consent: Consent, browser_of: Callable[..., Client]
) -> None:
    address = f"{PAGES}/imports/{_ready(owners, consent)}"
    others = browser_of(maintainer)
    assert f"{address}/start" in owners.get(address).content.decode()
    text = others.get(address).content.decode()
    assert f"{address}/discard" in text
    assert 'class="button primary"' not in text
    assert "Only the person who gave the consent can start this import." in text
    assert others.post(f"{address}/start", {"labels": ["knock"]}).status_code == 404
    assert DataImport.objects.get().state == "ready"
    assert others.delete(f"{IMPORTS}/{DataImport.objects.get().pk}").status_code == 204


def test_nobody_else_retries_an_import(owners: Client, owner: User, maintainer: User, consent: Consent) -> None:
    sent(owners, consent, zipped(FOLDERS))
    cancel_job(maintainer, Job.objects.get())
    import_job = Job.objects.get()
    assert [item.may_retry for item in items_of(maintainer, [import_job])] == [False]
    assert [item.may_retry for item in items_of(owner, [import_job])] == [True]
    with pytest.raises(Forbidden, match=r"Only Mika Kallio can retry this import\."):
        retry_job(maintainer, import_job)
    assert Job.objects.get().state == JobState.CANCELLED
    assert retry_job(owner, import_job).state == JobState.QUEUED


def test_an_import_that_somebody_else_started_before_adds_nothing(
    owners: Client, owner: User, maintainer: User, consent: Consent
) -> None:
    import_id = _ready(owners, consent)
    start(owners, import_id)
    Job.objects.filter(state=JobState.QUEUED).update(requested_by=maintainer)
    run_jobs()
    row = read(owners, import_id)
    assert (row["state"], row["error"]) == ("failed", job.NOT_THE_SENDER)
    assert not Sample.objects.exists()


def test_an_import_adds_the_bytes_that_were_sent_and_no_others(owners: Client, consent: Consent) -> None:
    import_id = _ready(owners, consent)
    start(owners, import_id)
    row = DataImport.objects.get()
    other = put_bytes(zipped({"knock/other.wav": loud(9)}))
    link_blobs(row, [other.digest], row.data_set.project.organisation_id)
    DataImport.objects.update(pieces=[other.digest])
    run_jobs()
    answer = read(owners, import_id)
    assert (answer["state"], answer["error"]) == ("failed", job.OTHER_BYTES)
    assert not Sample.objects.exists()


def test_an_import_goes_on_under_the_later_terms_of_the_same_person(
    owners: Client, owner: User, other: Client, project: Project, consent: Consent
) -> None:
    import_id = str(begin(owners, consent, 10).json()["id"])
    later = agree_anew(
        owner, consent, purposes=DEFAULT_PURPOSES, days=10, text=terms_for(project, DEFAULT_PURPOSES, 10).text
    )
    assert send(other, import_id, 0, b"other").status_code == 404
    assert send(owners, import_id, 0, b"first").json()["consent"] == str(later.pk)


@each_case("body", [{}, {"group": "Mika"}, {"alone": True}])
def test_nobody_begins_an_import_under_the_consent_of_somebody_else(
    other: Client, consent: Consent, body: dict[str, Any]
) -> None:
    assert begin(other, consent, 10, **body).status_code == 409
    assert not DataImport.objects.exists()
