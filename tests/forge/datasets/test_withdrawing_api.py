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
from forge.datasets.consent.terms import Purpose, terms_for
from forge.datasets.models import DataSet, Sample
from forge.datasets.samples.actions import end_consents
from forge.projects.models import Project
from tests.forge.datasets.data_requests import DATA, Browser, numbers, save
from tests.forge.factories.recordings import consent_of, loud, sample_of

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
    assert answer.json() == {"samples": 2, "versions": [1], "stopped": [], "copies": [], "backups_until": None}
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
    assert client.get(f"{DATA}/versions/1/compared-with/2").json()["deleted"] == [2, 3]
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
    from forge.datasets.samples.actions import withdraw_consent

    withdraw_consent(user, here)
    assert read_blob(staying.digest) == loud(7)


def test_terms_count_the_people_of_today(project: Project, user: User, owner: User) -> None:
    before = terms_for(project, frozenset({Purpose.TESTS}), 5).text
    newcomer = User.objects.create_user("new@acme.example", name="New")
    Membership.objects.create(organisation=project.organisation, user=newcomer, role="viewer")
    assert terms_for(project, frozenset({Purpose.TESTS}), 5).text != before
