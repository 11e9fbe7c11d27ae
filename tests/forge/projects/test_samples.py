"""Samples: recordings that are given with consent, listed, taken back, and ended."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Membership, User
from forge.builds.actions import request_build
from forge.builds.runs.jobs import numbered_job
from forge.core.blobs.links import link_blobs, links_of
from forge.core.blobs.store import blob_path, put_bytes, read_blob
from forge.core.blobs.sweep import IN_FLIGHT
from forge.core.models import AuditEntry, Blob, BlobLink, Event
from forge.projects.actions import delete_file, end_samples, send_sample, withdraw_sample, write_file
from forge.projects.files.contents import list_files
from forge.projects.files.document import entries, files_map
from forge.projects.files.document_store import editing, load_document
from forge.projects.models import Project, Sample
from forge.projects.samples.access import own_samples, sample_terms
from forge.projects.samples.actions import recordings as samples
from forge.projects.versions.restore import files_to_restore, still_available
from forge.projects.versions.store import available_files, snapshot, store_version, working_tree

pytestmark = pytest.mark.django_db(transaction=True)

SAMPLES = "/api/v1/projects/acme/kitchen/samples"
Browser = Callable[[Any], Client]


def a_sound(loud: int = 1) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16000)
        sound.writeframes(bytes([loud, 0]) * 1600)
    return file.getvalue()


def send(client: Client, data: bytes, **query: Any) -> Any:
    terms = client.get(f"{SAMPLES}/terms").json()
    parameters = {"label": "up", "days": terms["days"], "consent": terms["text"]} | query
    address = SAMPLES + "?" + "&".join(f"{name}={_quoted(value)}" for name, value in parameters.items())
    return client.post(address, data, content_type="application/octet-stream")


def _quoted(value: Any) -> str:
    from urllib.parse import quote

    return quote(str(value))


def new_sample(user: User, project: Project, loud: int = 1, days: int = 90) -> Sample:
    consent = sample_terms(project, days).text
    return send_sample(user, project, [a_sound(loud)], label="up", days=days, consent=consent)


def test_a_recording_becomes_a_file_with_label_owner_consent_and_end(client: Client, project: Any, user: User) -> None:
    answer = send(client, a_sound())
    assert answer.status_code == 201, answer.content
    sample = answer.json()
    assert (sample["label"], sample["kind"], sample["owner"]["name"], sample["may_delete"]) == (
        "up",
        "sound",
        "Jo Okafor",
        True,
    )
    assert sample["path"].startswith("samples/up-")
    assert sample["path"].endswith(".wav")
    assert "Everyone in Acme can see and hear this recording" in sample["consent"]
    row = Sample.objects.get()
    assert timedelta(days=89, hours=23) < row.ends - timezone.now() <= timedelta(days=90)
    assert client.get(SAMPLES).json() == {"samples": [sample]}
    assert sample["path"] in working_tree(project).manifest
    assert AuditEntry.objects.filter(actor=user, action="sample.send", data__label="up").exists()
    assert Event.objects.filter(stream_id=project.stream, type="samples.changed").count() == 1


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
    assert not links_of(project).filter(blob__size=len(a_sound())).exists()


@pytest.mark.slow
@pytest.mark.protects("recordings/withdrawn")
def test_taking_consent_back_deletes_the_recording_everywhere(client: Client, project: Any, user: User) -> None:
    sample = new_sample(user, project)
    version = snapshot(project, user)
    assert sample.path in version.manifest
    place = blob_path(sample.digest)
    assert place is not None
    assert place.exists()
    assert client.delete(f"/api/v1/samples/{sample.pk}").status_code == 204
    assert not place.exists()
    assert not Blob.objects.filter(pk=sample.digest).exists()
    assert not BlobLink.objects.filter(blob_id=sample.digest).exists()
    assert sample.path not in [entry.path for entry in list_files(project)]
    assert client.get(SAMPLES).json() == {"samples": []}
    entry = AuditEntry.objects.get(action="sample.taken-back")
    assert (entry.actor, entry.data["sample"]) == (user, str(sample.pk))
    sample.refresh_from_db()
    assert (sample.removal_reason, sample.erased_at is not None) == ("taken back", True)
    assert client.delete(f"/api/v1/samples/{sample.pk}").status_code == 404


def test_a_recording_that_was_taken_back_cannot_be_brought_back(project: Any, user: User) -> None:
    sample = new_sample(user, project)
    write_file(user, project, "copy.wav", a_sound())
    delete_file(user, project, "copy.wav")
    withdraw_sample(user, sample.pk)
    said = {
        value["path"]: (value.get("deleted"), value.get("gone"))
        for value in files_map(load_document(project.pk).doc).values()
    }
    assert said[sample.path] == said["copy.wav"] == (True, "taken back")
    # An undo in the page of whoever deleted it takes back no more than their own edit.
    with editing(project, user.pk) as doc:
        for value in files_map(doc).values():
            value.pop("deleted", None)
    assert [entry.path for entry in list_files(project)] == ["Runefile.yml"]
    # The same recording given anew is a file of its own.
    assert new_sample(user, project).path in [entry.path for entry in list_files(project)]


@pytest.mark.protects("recordings/withdrawn")
def test_a_renamed_or_copied_sample_goes_as_well(project: Any, user: User) -> None:
    sample = new_sample(user, project)
    from forge.projects.actions import rename_file, withdraw_sample

    rename_file(user, project, sample.path, "data/first.wav")
    write_file(user, project, "copy.wav", a_sound())
    withdraw_sample(user, sample.pk)
    assert [entry.path for entry in entries(load_document(project.pk).doc)] == ["Runefile.yml"]


@pytest.mark.protects("recordings/shared-bytes")
def test_a_recording_that_another_project_has_too_stays_there(project: Any, user: User, organisation: Any) -> None:
    other = Project.objects.create(organisation=organisation, name="other", created_by=user)
    write_file(user, other, "same.wav", a_sound())
    sample = new_sample(user, project)
    withdraw_sample(user, sample.pk)
    place = blob_path(sample.digest)
    assert place is not None
    assert place.exists()
    assert [entry.path for entry in list_files(other)] == ["same.wav"]


def test_the_same_bytes_that_someone_else_is_sending_right_now_are_theirs(
    project: Any, user: User, organisation: Any
) -> None:
    other = Project.objects.create(organisation=organisation, name="other", created_by=user)
    sample = new_sample(user, project)
    put_bytes(a_sound())
    withdraw_sample(user, sample.pk)
    link_blobs(other, [sample.digest], organisation.pk)
    assert read_blob(sample.digest) == a_sound()
    end_samples()
    sample.refresh_from_db()
    assert sample.erased_at is not None


def test_the_same_bytes_that_nobody_linked_after_all_are_deleted_soon(project: Any, user: User) -> None:
    sample = new_sample(user, project)
    put_bytes(a_sound())
    withdraw_sample(user, sample.pk)
    assert _is_stored(sample)
    end_samples()
    assert _is_stored(sample)
    end_samples(timezone.now() + IN_FLIGHT)
    assert not _is_stored(sample)


@pytest.mark.protects("recordings/withdrawn-meanwhile")
def test_a_version_of_files_that_were_read_before_does_not_keep_a_recording(project: Any, user: User) -> None:
    sample = new_sample(user, project)
    read_before = working_tree(project)
    withdraw_sample(user, sample.pk)
    version = store_version(project, read_before, user)
    assert not links_of(version).filter(blob_id=sample.digest).exists()
    assert sample.path not in available_files(version)


@pytest.mark.protects("recordings/withdrawn-meanwhile")
def test_what_was_read_of_a_version_before_is_not_restored_with_a_recording(project: Any, user: User) -> None:
    sample = new_sample(user, project)
    version = snapshot(project, user)
    read_before = files_to_restore(version)
    withdraw_sample(user, sample.pk)
    assert sample.path in [file.path for file in read_before]
    assert sample.path not in [file.path for file in still_available(version, read_before)]


def _is_stored(sample: Sample) -> bool:
    place = blob_path(sample.digest)
    return place is not None and place.exists()


@pytest.mark.slow
@pytest.mark.protects("recordings/interrupted-deletion")
def test_samples_end_by_themselves_also_in_deleted_projects(project: Any, user: User, owner: User) -> None:
    from forge.projects.actions import delete_project

    sample, later = new_sample(user, project, days=1), new_sample(user, project, loud=2)
    assert end_samples() == 0
    assert end_samples(timezone.now() + timedelta(days=2)) == 1
    assert list(Sample.objects.available()) == [later]
    sample.refresh_from_db()
    assert sample.removal_reason == "ended"
    assert AuditEntry.objects.get(action="sample.ended").actor is None
    delete_project(owner, project)
    assert end_samples(timezone.now() + timedelta(days=91)) == 1
    place = blob_path(later.digest)
    assert place is not None
    assert not place.exists()


@pytest.mark.protects("recordings/interrupted-deletion")
def test_bytes_that_a_crash_left_are_erased_by_the_next_sweep(
    project: Any, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = new_sample(user, project)
    monkeypatch.setattr(samples, "_erase", lambda sample: None)
    withdraw_sample(user, sample.pk)
    monkeypatch.undo()
    place = blob_path(sample.digest)
    assert place is not None
    assert place.exists()
    end_samples()
    assert not place.exists()


@pytest.mark.slow
@pytest.mark.protects("recordings/former-members")
def test_who_left_can_still_take_back_and_owners_can_remove(
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
    assert AuditEntry.objects.filter(actor=owner, action="sample.removed").count() == 1
    assert not own_samples(user).exists()


@pytest.mark.protects("recordings/file-types")
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "line 1"),
        (b"hello", "line 1"),
        (b"1,2,3\n4,5\n", "line 2"),
        (b"RIFF\0\0\0\0WAVE", "not a 16-bit mono wav"),
        (b"\x89PNG\r\n\x1a\n", "cut short"),
        (b"\xff\xfe", "not a wav, png or csv"),
    ],
)
def test_what_is_no_recording_is_refused(client: Client, project: Any, data: bytes, said: str) -> None:
    answer = send(client, data)
    assert (answer.status_code, said in answer.json()["detail"]) == (422, True), answer.json()


@pytest.mark.protects("recordings/file-types")
def test_a_recording_over_the_limit_is_refused(client: Client, project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from forge.projects.samples import formats as recordings

    monkeypatch.setattr(recordings, "MAX_BYTES", 1000)
    answer = send(client, a_sound())
    assert (answer.status_code, "at most 1.0 kB" in answer.json()["detail"]) == (422, True)


def test_a_motion_stays_a_file_of_bytes_that_can_be_deleted(client: Client, project: Any) -> None:
    sent = send(client, b"0,0,9.8\n1e-3,-2,9.7\n").json()
    assert (sent["kind"], sent["path"][-4:]) == ("motion", ".csv")
    entry = next(entry for entry in list_files(project) if entry.path == sent["path"])
    assert (entry.kind, entry.text) == ("binary", None)


@pytest.mark.parametrize("query", [{"label": ""}, {"label": "x" * 61}, {"label": "a\u202eb"}, {"days": "x"}])
def test_a_request_without_sense_is_refused(client: Client, project: Any, query: dict[str, Any]) -> None:
    assert send(client, a_sound(), **query).status_code == 400
    assert client.get(f"{SAMPLES}/terms?days=0").status_code == 400
    assert client.get(f"{SAMPLES}/terms?days=731").status_code == 400


def test_the_same_recording_is_sent_once(client: Client, project: Any) -> None:
    assert send(client, a_sound()).status_code == 201
    assert send(client, a_sound()).status_code == 409
    assert Sample.objects.count() == 1


@pytest.mark.slow
def test_a_recording_that_was_withdrawn_is_built_by_nobody_also_where_another_project_has_its_bytes(
    project: Any, user: User, organisation: Any
) -> None:
    other = Project.objects.create(organisation=organisation, name="other", created_by=user)
    sample = new_sample(user, project)
    build = request_build(user, project)
    put_bytes(a_sound())
    link_blobs(other, [sample.digest], organisation.pk)
    assert sample.path in numbered_job(build).manifest
    withdraw_sample(user, sample.pk)
    assert read_blob(sample.digest) == a_sound()
    assert sample.path not in numbered_job(build).manifest
