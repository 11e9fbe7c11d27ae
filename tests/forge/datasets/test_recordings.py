"""Recordings that the studio sends: samples of the project's data, listed, withdrawn, and in no file of the project."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Membership, User
from forge.compute.errors import ChildDied
from forge.compute.pool.compiler import Compiler
from forge.core.blobs.store import blob_path, put_bytes
from forge.core.blobs.sweep import IN_FLIGHT
from forge.core.models import AuditEntry, Blob, BlobLink, Event
from forge.datasets.models import Consent, Sample
from forge.datasets.recordings.access import own_samples
from forge.datasets.removals.actions import end_consents
from forge.datasets.samples import content
from forge.projects.actions import delete_project, write_file
from forge.projects.files.contents import list_files
from forge.projects.models import Project
from forge.projects.versions.store import snapshot, working_tree
from tests.support.cases import each_case
from tests.support.forge.factories.recordings import a_sound, consent_of, new_sample, sample_of
from tests.support.forge.factories.samples import withdraw_sample

pytestmark = pytest.mark.django_db(transaction=True)

SAMPLES = "/api/v1/projects/acme/kitchen/samples"
Browser = Callable[[Any], Client]


def send(client: Client, data: bytes, **query: Any) -> Any:
    terms = client.get(f"{SAMPLES}/terms").json()
    parameters = {"label": "up", "days": terms["days"], "consent": terms["text"]} | query
    return client.post(f"{SAMPLES}?{urlencode(parameters)}", data, content_type="application/octet-stream")


def test_a_recording_becomes_a_sample_for_tests_and_no_file(client: Client, project: Any, user: User) -> None:
    answer = send(client, a_sound())
    assert answer.status_code == 201, answer.content
    sample = answer.json()
    values = [sample[name] for name in ("number", "label", "kind", "split", "may_delete")]
    assert values == [1, "up", "sound", "test", True]
    assert sample["owner"]["name"] == "Jo Okafor"
    assert "Everyone in Acme can see and hear these recordings" in sample["consent"]
    consent = Consent.objects.get()
    assert consent.ends is not None
    assert timedelta(days=89, hours=23) < consent.ends - timezone.now() <= timedelta(days=90)
    assert client.get(SAMPLES).json() == {"revision": 1, "samples": [sample]}
    assert list(working_tree(project).manifest) == ["Runefile.yml"]
    assert AuditEntry.objects.filter(actor=user, action="data.add", data__number=1).exists()
    assert Event.objects.filter(stream_id=project.stream, type="data.changed").count() == 1


def test_a_second_recording_is_sent_under_the_same_consent(project: Any, user: User) -> None:
    first, second = new_sample(user, project), new_sample(user, project, loud=2)
    assert first.consent_id == second.consent_id


@pytest.mark.protects("recordings/splits")
def test_recordings_of_somebody_whose_samples_are_for_training_are_for_training(project: Any, user: User) -> None:
    earlier = sample_of(consent_of(user, project), user)
    assert earlier.split == "train"
    assert new_sample(user, project).split == "train"


@pytest.mark.slow
def test_a_player_jumps_in_a_recording_by_asking_for_a_part(client: Client, project: Any) -> None:
    address = f"/api/v1/samples/{send(client, a_sound()).json()['id']}/recording"

    def fetch(part: str) -> tuple[int, bytes, str | None]:
        answer: Any = client.get(address, headers={"Range": part})
        return answer.status_code, b"".join(answer), answer.get("Content-Range")

    size = len(a_sound())
    assert fetch("bytes=44-47") == (206, a_sound()[44:48], f"bytes 44-47/{size}")
    assert fetch(f"bytes={size}-") == (416, b"", f"bytes */{size}")
    assert fetch("lines=1-2") == (200, a_sound(), None)


@pytest.mark.protects("recordings/consent")
def test_consent_is_to_what_holds_now(client: Client, project: Any, organisation: Any) -> None:
    old = client.get(f"{SAMPLES}/terms").json()["text"]
    newcomer = User.objects.create_user("new@acme.example", name="New")
    Membership.objects.create(organisation=organisation, user=newcomer, role="viewer")
    assert send(client, a_sound(), consent=old).status_code == 409
    assert send(client, a_sound(), consent="").status_code == 409
    assert send(client, a_sound(), days=30).status_code == 409
    assert not Sample.objects.exists()
    assert not BlobLink.objects.filter(blob__size=len(a_sound())).exists()


@pytest.mark.slow
@pytest.mark.protects("recordings/withdrawn")
def test_withdrawing_deletes_the_recording_everywhere(client: Client, project: Any, user: User) -> None:
    sample = new_sample(user, project)
    version = snapshot(project, user)
    assert sample.digest not in {each["digest"] for each in version.manifest.values()}
    place = blob_path(sample.digest)
    assert place is not None
    assert place.exists()
    assert client.delete(f"/api/v1/samples/{sample.pk}").status_code == 204
    assert not place.exists()
    assert not Blob.objects.filter(pk=sample.digest).exists()
    assert not BlobLink.objects.filter(blob_id=sample.digest).exists()
    assert client.get(SAMPLES).json()["samples"] == []
    entry = AuditEntry.objects.get(action="data.delete")
    assert (entry.actor, entry.data["number"]) == (user, sample.number)
    sample.refresh_from_db()
    assert sample.erased is not None
    assert client.delete(f"/api/v1/samples/{sample.pk}").status_code == 404


@pytest.mark.protects("recordings/shared-bytes")
def test_a_recording_that_a_project_has_as_a_file_too_stays_there(project: Any, user: User, organisation: Any) -> None:
    other = Project.objects.create(organisation=organisation, name="other", created_by=user)
    write_file(user, other, "same.wav", a_sound())
    sample = new_sample(user, project)
    withdraw_sample(user, sample.pk)
    assert _is_stored(sample)
    assert [entry.path for entry in list_files(other)] == ["same.wav"]


def test_the_same_bytes_that_nobody_linked_after_all_are_deleted_soon(project: Any, user: User) -> None:
    sample = new_sample(user, project)
    put_bytes(a_sound())
    withdraw_sample(user, sample.pk)
    assert _is_stored(sample)
    end_consents()
    assert _is_stored(sample)
    end_consents(timezone.now() + IN_FLIGHT)
    assert not _is_stored(sample)


def _is_stored(sample: Sample) -> bool:
    place = blob_path(sample.digest)
    return place is not None and place.exists()


@pytest.mark.slow
@pytest.mark.protects("recordings/interrupted-deletion")
def test_samples_end_by_themselves_also_in_deleted_projects(project: Any, user: User, owner: User) -> None:
    sample, later = new_sample(user, project, days=1), new_sample(user, project, loud=2)
    assert end_consents() == 0
    assert end_consents(timezone.now() + timedelta(days=2)) == 1
    assert list(Sample.objects.available()) == [later]
    sample.refresh_from_db()
    assert sample.removal_reason == "ended"
    assert AuditEntry.objects.get(action="data.end").actor is None
    delete_project(owner, project)
    assert end_consents(timezone.now() + timedelta(days=91)) == 1
    assert not _is_stored(later)


@pytest.mark.slow
@pytest.mark.protects("recordings/former-members")
def test_who_left_can_still_withdraw_and_owners_can_remove(
    project: Any, user: User, owner: User, viewer: User, stranger: User, browser_of: Browser
) -> None:
    sample, other = new_sample(user, project), new_sample(user, project, loud=2)
    Membership.objects.filter(user=user).delete()
    for person, status in ((viewer, 404), (stranger, 404), (None, 401)):
        assert browser_of(person).delete(f"/api/v1/samples/{sample.pk}").status_code == status
    mine = browser_of(user).get("/api/v1/samples").json()["samples"]
    assert {each["id"] for each in mine} == {str(sample.pk), str(other.pk)}
    assert browser_of(user).delete(f"/api/v1/samples/{sample.pk}").status_code == 204
    assert browser_of(owner).delete(f"/api/v1/samples/{other.pk}").status_code == 204
    assert AuditEntry.objects.filter(actor=owner, action="data.delete").count() == 1
    assert not own_samples(user).exists()


@pytest.mark.protects("recordings/file-types")
@each_case("data", [b"", b"hello", b"1,2,3\n4,5\n", b"RIFF\0\0\0\0WAVE", b"\x89PNG\r\n\x1a\n", b"\xff\xfe"])
def test_what_is_no_recording_is_refused(client: Client, project: Any, data: bytes) -> None:
    answer = send(client, data)
    assert answer.status_code == 422, answer.content
    assert answer.json()["title"] == "This cannot be a sample"
    assert not Sample.objects.exists()


@pytest.mark.parametrize(
    ("fails", "status"),
    [("make_ready", 503), ("run", 422)],
    ids=["no process can be started", "the process dies of the recording"],
)
def test_a_phone_keeps_what_the_server_could_not_read_and_not_what_ends_the_process(
    client: Client, project: Any, monkeypatch: pytest.MonkeyPatch, fails: str, status: int
) -> None:
    def died(*_: Any, **_kwargs: Any) -> None:
        raise ChildDied("The compiler's process has ended.")

    with monkeypatch.context() as context:
        context.setattr(Compiler, fails, died)
        answer = send(client, a_sound())
    assert answer.status_code == status
    assert Sample.objects.count() == 0
    assert send(client, a_sound()).status_code == 201


@pytest.mark.protects("recordings/file-types")
def test_a_recording_over_the_limit_is_refused(client: Client, project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MAX_BYTES", 1000)
    answer = send(client, a_sound())
    assert (answer.status_code, "larger than 1.0 kB" in answer.json()["detail"]) == (422, True)


@each_case("query", [{"label": ""}, {"label": "x" * 61}, {"label": "a\u202eb"}, {"days": "x"}])
def test_a_request_without_sense_is_refused(client: Client, project: Any, query: dict[str, Any]) -> None:
    assert send(client, a_sound(), **query).status_code == 400
    assert client.get(f"{SAMPLES}/terms?days=731").status_code == 400


def test_a_recording_can_stay_until_somebody_deletes_it(client: Client, project: Any) -> None:
    terms = client.get(f"{SAMPLES}/terms?days=0").json()
    sample = send(client, a_sound(), days=0, consent=terms["text"]).json()
    assert (terms["ends"], sample["ends"]) == (None, None)


def test_the_same_recording_is_sent_once(client: Client, project: Any) -> None:
    assert send(client, a_sound()).status_code == 201
    assert send(client, a_sound()).status_code == 409
    assert Sample.objects.count() == 1
