"""The page of a version of the data: what changed, sample by sample, and how often it was tested on."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any, cast

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.builds.models import Build
from forge.core.blobs.store import read_blob
from forge.datasets.consent_terms import Purpose
from forge.datasets.models import DataSet
from forge.datasets.removals.actions import delete_sample
from forge.datasets.samples.actions import SampleMark, mark_samples
from forge.datasets.versions import contents
from forge.datasets.versions.accuracy_uses import count_accuracy
from forge.datasets.versions.actions import save_version
from forge.projects.models import Project
from tests.support.forge.factories.builds import built
from tests.support.forge.factories.recordings import consent_of, sample_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

LABELS = ("knock", "glass", "<b>", "gone")
PAGE = "/acme/kitchen/data/versions"


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def revision() -> int:
    return DataSet.objects.get().revision


def save(user: User, project: Project, message: str = "") -> None:
    save_version(user, project, revision=revision(), message=message)


def note_tested(build: Build, number: int) -> None:
    """Writes down that a build was tested on a version."""
    version = DataSet.objects.get().versions.get(number=number)
    Build.objects.filter(pk=build.pk).update(
        data_version=version, evaluation={"samples": 2, "right": 1, "accuracy": 0.5}
    )


def test_a_version_says_what_changed_sample_by_sample(client: Client, project: Project, user: User) -> None:
    consent = consent_of(user, project)
    samples = [sample_of(consent, user, label=label, pseudonym="Guest 1") for label in LABELS]
    save(user, project, "The first")
    mark_samples(user, project, [SampleMark(1, label="glass"), SampleMark(3, is_excluded=True)], revision=revision())
    sample_of(consent, user, label="new", pseudonym="Guest 1")
    delete_sample(user, samples[3])
    save(user, project)
    first = text_of(client.get(f"{PAGE}/1"))
    assert "It is the first version." in first
    assert "1 sample of this version was deleted since." in first
    page = client.get(f"{PAGE}/2").content.decode()
    text = text_of(client.get(f"{PAGE}/2"))
    assert "1 sample added 1 label corrected 1 sample left out 1 sample deleted" in text
    for row in ("0001 label knock glass train", "0003 left out &lt;b&gt; train", "0004 deleted gone train"):
        assert row in text
    assert "0005 added new train" in text
    assert 'href="/acme/kitchen/data/samples/1"' in page
    assert "/data/samples/4" not in page, "its bytes are gone"
    assert client.get(f"{PAGE}/3").status_code == 404


def test_a_version_is_compared_with_any_earlier_one(client: Client, project: Project, user: User) -> None:
    consent = consent_of(user, project)
    for label in ("knock", "glass", "speech"):
        sample_of(consent, user, label=label)
        save(user, project)
    assert "What changed since version 2" in text_of(client.get(f"{PAGE}/3"))
    assert "2 samples added" in text_of(client.get(f"{PAGE}/3?since=1"))
    assert "What changed since version 2" in text_of(client.get(f"{PAGE}/3?since=9")), "which is no earlier version"


@pytest.mark.protects("availability/versions-of-a-sample")
def test_a_sample_is_looked_for_in_the_newest_versions_alone(
    client: Client, project: Project, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    consent = consent_of(user, project)
    for label in ("knock", "glass", "speech"):
        sample_of(consent, user, label=label)
        save(user, project)
    read: list[str] = []

    def reading(digest: str) -> bytes:
        read.append(digest)
        return read_blob(digest)

    monkeypatch.setattr(contents, "read_blob", reading)
    assert "In versions v1 , v2 , v3" in text_of(client.get("/acme/kitchen/data/samples/1"))
    monkeypatch.setattr(contents, "VERSIONS_SEARCHED", 2)
    read.clear()
    assert "In versions, of the newest 2 v2 , v3" in text_of(client.get("/acme/kitchen/data/samples/1"))
    assert client.get("/api/v1/projects/acme/kitchen/data/samples/1").json()["versions"] == [2, 3]
    assert len(read) == 4, "two for the page, and two for the API"


def test_a_version_says_which_labels_are_no_longer_tested(
    client: Client, project: Project, user: User, owner: User
) -> None:
    consent = consent_of(user, project, purposes=frozenset({Purpose.TESTS}))
    for label in ("2", "6", "9", "0"):
        sample_of(consent, user, label=label)
    save(user, project)
    mark_samples(owner, project, [SampleMark(number, is_excluded=True) for number in (1, 2, 3)], revision=revision())
    save(user, project)
    assert "labels 2, 6 and 9 no longer tested" in text_of(client.get(f"{PAGE}/2"))
    comparison = client.get("/api/v1/projects/acme/kitchen/data/versions/1/compared-with/2").json()
    assert comparison["untested_labels"] == ["2", "6", "9"]
    assert "labels 2, 6 and 9 no longer tested" in text_of(client.get("/acme/kitchen/data"))


def test_each_build_that_was_tested_counts(client: Client, project: Project, user: User) -> None:
    consent = consent_of(user, project, purposes=frozenset({Purpose.TESTS}))
    sample_of(consent, user)
    save(user, project)
    assert "Accuracy was not computed on them yet." in text_of(client.get(f"{PAGE}/1"))
    for _ in range(2):
        note_tested(built(user, project), 1)
    sample_of(consent, user)
    save(user, project)
    note_tested(built(user, project), 2)
    assert "Accuracy was computed on them 2 times, for 2 builds." in text_of(client.get(f"{PAGE}/1"))
    assert "Accuracy was computed on them once, for 1 build." in text_of(client.get(f"{PAGE}/2"))
    assert client.get("/api/v1/projects/acme/kitchen/data").json()["accuracy_computed"] == 3
    assert "Accuracy was computed on the test samples 3 times" in text_of(client.get("/acme/kitchen/data"))
    assert count_accuracy(None).times == 0


def test_who_does_not_read_the_project_finds_no_version(project: Project, user: User, stranger: User) -> None:
    sample_of(consent_of(user, project), user)
    save(user, project)
    browser = Client()
    browser.force_login(stranger)
    assert browser.get(f"{PAGE}/1").status_code == 404


def test_the_card_says_licence_source_and_consent(client: Client, project: Project, user: User, owner: User) -> None:
    consent = consent_of(user, project, purposes=frozenset({Purpose.TESTS, Purpose.TRAINING, Purpose.READERS}))
    samples = [sample_of(consent, user, device="phone", pseudonym=f"Guest {number}") for number in range(3)]
    save(user, project)
    delete_sample(user, samples[0])
    text = text_of(client.get(f"{PAGE}/1"))
    assert "None is stated: ask the project" in text
    assert "Uploaded 2" in text
    assert "Licence of the data" not in text, "a developer states none"
    browser = Client()
    browser.force_login(owner)
    assert browser.post("/acme/kitchen/data/licence", {"licence": "CC-BY-4.0", "version": "1"}).status_code == 302
    assert browser.post("/acme/kitchen/data/licence", {"licence": "MINE-1.0"}).status_code == 400
    assert "Creative Commons Attribution 4.0" in text_of(client.get(f"{PAGE}/1"))
    response = client.get("/api/v1/projects/acme/kitchen/data/versions/1/export?layout=croissant")
    with zipfile.ZipFile(io.BytesIO(b"".join(cast("Any", response).streaming_content))) as archive:
        metadata = json.loads(archive.read("croissant.json"))
    assert metadata["license"] == "https://spdx.org/licenses/CC-BY-4.0.html"
    assert metadata["url"].endswith("/acme/kitchen/data/versions/1")
    assert metadata["rai:dataCollection"] == "Uploaded: 2."
    assert "1 sample deleted since." in metadata["rai:personalSensitiveInformation"]
    assert str(user) not in json.dumps(metadata)
