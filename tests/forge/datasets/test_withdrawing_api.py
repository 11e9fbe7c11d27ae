"""Withdrawing consents and deleting samples over the API, and samples whose time is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Membership, User
from forge.core.blobs.store import blob_path, read_blob
from forge.core.blobs.sweep import sweep_blobs
from forge.core.models import AuditEntry, Blob
from forge.datasets.consent.actions import agree_anew
from forge.datasets.consent_terms import DEFAULT_PURPOSES, Purpose, terms_for
from forge.datasets.models import DataSet, Sample
from forge.datasets.removals.actions import end_consents
from forge.projects.models import Project
from tests.forge.datasets.data_requests import DATA, Browser, numbers, save
from tests.support.forge.factories.recordings import consent_of, loud, sample_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.slow
@pytest.mark.protects("recordings/withdrawn-from-data")
def test_withdrawing_deletes_the_bytes_and_versions_keep_their_digests(
    client: Client, project: Project, user: User
) -> None:
    staying, withdrawn = consent_of(user, project), consent_of(user, project)
    sample_of(staying, user)
    for _ in range(2):
        sample_of(withdrawn, user)
    version = save(client).json()
    digests = list(Sample.objects.filter(consent=withdrawn).values_list("digest", flat=True))
    paths = [blob_path(digest) for digest in digests]
    assert all(path and path.exists() for path in paths)
    answer = client.delete(f"/api/v1/data/consents/{withdrawn.pk}")
    assert answer.json() == {"samples": 2, "versions": [1], "stopped_work": [], "copies": [], "backups_until": None}
    assert not [path for path in paths if path and path.exists()]
    assert not Blob.objects.filter(pk__in=digests).exists()
    for row in Sample.objects.filter(consent=withdrawn):
        assert (row.drawing, row.removal_reason, row.erased is not None) == ({}, "withdrawn", True)
    assert numbers(client) == [1]
    assert client.get(f"{DATA}/samples/2/recording").status_code == 404
    assert client.get(f"{DATA}/versions/1").json()["digest"] == version["digest"]
    entries = client.get(f"{DATA}/versions/1/samples").json()["results"]
    assert [(each["number"], each["deleted"]) for each in entries] == [(1, False), (2, True), (3, True)]
    save(client)
    assert client.get(f"{DATA}/versions/1/compared-with/2").json()["deleted_numbers"] == [2, 3]
    assert client.delete(f"/api/v1/data/consents/{withdrawn.pk}").status_code == 404, "once"
    sweep_blobs(timezone.now() + timedelta(days=1))
    assert client.get(f"{DATA}/versions/1/samples").status_code == 200, "the contents of versions stay"


@pytest.mark.protects("recordings/withdrawn-from-data")
def test_somebody_who_left_lists_and_withdraws_what_they_gave(
    client: Client, project: Project, user: User, owner: User, browser_of: Browser
) -> None:
    consent = consent_of(user, project)
    sample_of(consent, user)
    Membership.objects.filter(user=user).delete()
    assert client.get(f"{DATA}/samples").status_code == 404
    assert [each["id"] for each in client.get("/api/v1/data/consents").json()["results"]] == [str(consent.pk)]
    assert client.delete(f"/api/v1/data/consents/{consent.pk}").json()["samples"] == 1
    assert client.get("/api/v1/data/consents").json()["results"] == []


@pytest.mark.protects("recordings/withdrawn-from-data")
def test_withdrawing_a_consent_that_was_replaced_deletes_its_samples(
    client: Client, project: Project, user: User
) -> None:
    first = consent_of(user, project)
    sample = sample_of(first, user)
    Sample.objects.update(events=[{"label": "knock", "start": 0, "end": 1}])
    consent = first
    for days in (200, 300):
        text = terms_for(project, DEFAULT_PURPOSES, days).text
        consent = agree_anew(user, consent, purposes=DEFAULT_PURPOSES, days=days, text=text)
    assert client.delete(f"/api/v1/data/consents/{first.pk}").json()["samples"] == 1
    consent.refresh_from_db()
    sample.refresh_from_db()
    assert consent.withdrawn
    assert (sample.removal_reason, sample.events) == ("withdrawn", None)
    assert client.delete(f"/api/v1/data/consents/{first.pk}").status_code == 404, "once"


@pytest.mark.slow
@pytest.mark.protects("recordings/consent-of-others")
def test_one_deletes_what_one_gave_and_maintainers_anything(
    client: Client, project: Project, user: User, owner: User, maintainer: User, browser_of: Browser
) -> None:
    of_owner = consent_of(owner, project)
    for _ in range(2):
        sample_of(of_owner, owner)
    sample_of(consent_of(user, project), user)
    assert client.delete(f"{DATA}/samples/1").status_code == 404
    assert client.delete(f"/api/v1/data/consents/{of_owner.pk}").status_code == 404
    assert client.delete(f"{DATA}/samples/3").status_code == 204
    assert browser_of(maintainer).delete(f"{DATA}/samples/1").status_code == 204
    assert numbers(client) == [2]


def test_samples_end_when_their_time_is_over(client: Client, project: Project, user: User) -> None:
    ending, staying = consent_of(user, project, days=1), consent_of(user, project, days=0)
    for consent in (ending, staying):
        sample_of(consent, user)
    assert end_consents() == 0
    assert end_consents(timezone.now() + timedelta(days=1, minutes=1)) == 1
    assert numbers(client) == [2]
    assert Sample.objects.get(number=1).removal_reason == "ended"
    assert AuditEntry.objects.filter(action="data.end").get().data == {"count": 1}
    assert end_consents(timezone.now() + timedelta(days=900)) == 0


def test_other_data_with_the_same_bytes_keeps_them(project: Project, user: User, owner: User) -> None:
    other = Project.objects.create(organisation=project.organisation, name="hall", created_by=owner)
    here, there = consent_of(user, project), consent_of(owner, other)
    sample_of(here, user, loud(7))
    staying = sample_of(there, owner, loud(7))
    assert DataSet.objects.count() == 2
    from forge.datasets.removals.actions import withdraw_consent

    withdraw_consent(user, here)
    assert read_blob(staying.digest) == loud(7)


def test_terms_count_the_people_of_today(project: Project, user: User, owner: User) -> None:
    before = terms_for(project, frozenset({Purpose.TESTS}), 5).text
    newcomer = User.objects.create_user("new@acme.example", name="New")
    Membership.objects.create(organisation=project.organisation, user=newcomer, role="viewer")
    assert terms_for(project, frozenset({Purpose.TESTS}), 5).text != before


@pytest.mark.slow
@pytest.mark.protects("recordings/changed-tests")
def test_test_samples_of_a_version_are_deleted_by_owners_and_by_who_gave_them(
    client: Client, project: Project, user: User, people: dict[str, User], browser_of: Browser
) -> None:
    owner, maintainer = browser_of(people["owner"]), browser_of(people["maintainer"])
    consent = consent_of(user, project)
    for _ in range(5):
        sample_of(consent, user)
    Sample.objects.filter(number__lte=4).update(split="test")
    save(client)
    sample_of(consent, user)
    many = f"{DATA}/samples/deletions"
    responses = [
        maintainer.delete(f"{DATA}/samples/1"),
        maintainer.delete(f"/api/v1/samples/{Sample.objects.get(number=1).pk}"),
        maintainer.post(many, {"numbers": [5, 1]}, content_type="application/json"),
        maintainer.post("/acme/kitchen/data/mark", {"numbers": "1", "do": "delete"}),
        maintainer.post("/acme/kitchen/data/samples/1/delete"),
        maintainer.delete(f"/api/v1/data/consents/{consent.pk}"),
    ]
    assert [answer.status_code for answer in responses] == [403] * len(responses)
    assert "change test samples that a saved version has" in responses[0].json()["detail"]
    assert numbers(client) == [6, 5, 4, 3, 2, 1]
    assert maintainer.delete(f"{DATA}/samples/6").status_code == 204, "no version has it"
    assert maintainer.delete(f"{DATA}/samples/5").status_code == 204, "it is for training"
    assert client.delete(f"{DATA}/samples/4").status_code == 204, "one's own"
    assert owner.delete(f"{DATA}/samples/3").status_code == 204
    assert owner.post(many, {"numbers": [2]}, content_type="application/json").status_code == 200
    assert client.delete(f"/api/v1/data/consents/{consent.pk}").json()["samples"] == 1
    assert numbers(client) == []


@pytest.mark.slow
def test_who_may_delete_a_sample_is_told_so(
    client: Client, project: Project, user: User, people: dict[str, User], browser_of: Browser
) -> None:
    sample_of(consent_of(user, project), user)

    def answers() -> list[bool]:
        readers = (client, *(browser_of(people[role]) for role in ("owner", "maintainer", "reviewer")))
        lists = [each.get("/api/v1/projects/acme/kitchen/samples").json()["samples"] for each in readers]
        return [samples[0]["may_delete"] for samples in lists]

    assert answers() == [True, True, True, False]
    Sample.objects.update(tested_since=1, split="test")
    assert answers() == [True, True, False, False]
