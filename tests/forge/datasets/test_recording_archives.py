"""Archives of labelled recordings that the studio sends: what comes in, and what is refused."""

from __future__ import annotations

import os
import zipfile
from typing import IO, Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forge.accounts.models import User
from forge.compute.pool.compiler import Compiler
from forge.compute.pool.recordings import recording_readers
from forge.core.blobs.links import links_of_all
from forge.core.blobs.store import blob_path
from forge.core.models import AuditEntry, Blob, Event
from forge.datasets.consent_terms import Purpose
from forge.datasets.models import Sample
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import import_samples
from forge.projects.files.contents import list_files
from forge.projects.models import Project
from rune.datasets.content import read
from rune.digests import digest_of
from tests.support.forge.factories.recordings import a_sound, consent_of, loud, png, sample_of, submission_of
from tests.support.forge.factories.samples import packed, withdraw_sample, zipped

pytestmark = pytest.mark.django_db(transaction=True)

SAMPLES = "/api/v1/projects/acme/kitchen/samples"
MANY = {
    "no/same.wav": a_sound(1),
    "train/no/2.wav": a_sound(2),
    "no/again.wav": a_sound(1),
    "no/broken.wav": b"RIFF....",
    "no/photo.jpg": b"\xff\xd8\xff",
    "README.md": b"# Words",
}
ARCHIVE = zipped(MANY)


def post(client: Client, address: str, data: bytes) -> Any:
    return client.post(address, data, content_type="application/octet-stream")


def imported(client: Client, contents: dict[str, bytes]) -> Any:
    terms = client.get(f"{SAMPLES}/terms").json()
    query = urlencode({"days": terms["days"], "consent": terms["text"]})
    return post(client, f"{SAMPLES}/import?{query}", zipped(contents))


@pytest.mark.protects("uploads/recording-archives")
def test_the_preview_says_what_would_come_in_and_why_not_and_changes_nothing(client: Client, project: Project) -> None:
    answer = post(client, f"{SAMPLES}/import/preview", zipped(MANY))
    assert answer.status_code == 200, answer.content
    payload = answer.json()
    assert [(each["name"], each["label"], each["split"], each["kind"]) for each in payload["samples"]] == [
        ("no/again.wav", "no", "test", "sound"),
        ("train/no/2.wav", "no", "train", "sound"),
    ]
    reasons = {each["name"]: each["reason"] for each in payload["refused_files"]}
    assert reasons.keys() == {"no/broken.wav", "no/photo.jpg", "no/same.wav"}
    assert reasons["no/broken.wav"] == "The file has no rows of numbers."
    assert "twice" in reasons["no/same.wav"]
    assert payload["skipped_files"] == ["README.md"]
    assert not Sample.objects.exists()
    assert not Blob.objects.filter(pk__contains="sha256").filter(size=len(a_sound())).exists()


def test_bytes_with_two_labels_are_refused_with_both(client: Client, project: Project, user: User) -> None:
    sample = sample_of(consent_of(user, project), user, a_sound(3), label="maybe")
    archive = {"yes/1.wav": a_sound(1), "no/1.wav": a_sound(1), "no/2.wav": a_sound(2), "yes/3.wav": a_sound(3)}
    payload = imported(client, archive).json()
    assert [each["label"] for each in payload["samples"]] == ["no"]
    reasons = {each["name"]: each["reason"] for each in payload["refused_files"]}
    both = "no/1.wav is “no”, yes/1.wav is “yes”"
    assert both in reasons["no/1.wav"]
    assert both in reasons["yes/1.wav"]
    assert f"yes/3.wav is “yes”, sample {sample.number} is “maybe”" in reasons["yes/3.wav"]


@pytest.mark.protects("recordings/purposes")
def test_recordings_come_into_splits_that_their_consent_covers(client: Client, project: Project, user: User) -> None:
    purposes = frozenset({Purpose.TRAINING})
    terms = recording_terms(project, 90, purposes).text
    archive = zipped({f"test/knock/{seed}.wav": loud(seed) for seed in range(12)})
    result = import_samples(user, project, [archive], days=90, consent=terms, purposes=purposes)
    assert len(result.samples) == 12
    assert {each.split for each in result.samples} <= {"train", "validation"}


def test_an_import_brings_in_what_the_preview_said_as_one_act(client: Client, project: Project, user: User) -> None:
    answer = imported(client, MANY)
    assert answer.status_code == 201, answer.content
    payload = answer.json()
    assert sorted((each["label"], each["split"]) for each in payload["samples"]) == [("no", "test"), ("no", "train")]
    assert len(payload["refused_files"]) == 3
    assert [entry.path for entry in list_files(project)] == ["Runefile.yml"]
    assert {sample.group for sample in Sample.objects.all()} == {None}
    [entry] = AuditEntry.objects.filter(action="data.import")
    assert entry.data["count"] == 2
    assert Event.objects.filter(type="data.changed").count() == 1
    assert {sample.consent.text for sample in Sample.objects.all()} == {recording_terms(project).text}


def test_the_preview_of_a_table_says_which_files_it_misses_and_which_it_does_not_list(
    client: Client, project: Project
) -> None:
    table = b"name,label\na.wav,yes\nb.wav,no\n"
    answer = post(
        client, f"{SAMPLES}/import/preview", zipped({"w/t.csv": table, "w/a.wav": a_sound(), "w/c.wav": b"c"})
    )
    payload = answer.json()
    assert [each["name"] for each in payload["samples"]] == ["a.wav"]
    assert payload["refused_files"] == [{"name": "b.wav", "reason": "No such file came with the table."}]
    assert payload["skipped_files"] == ["w/c.wav"]


@pytest.mark.slow
def test_a_second_import_of_the_same_archive_brings_nothing(client: Client, project: Project) -> None:
    imported(client, MANY)
    payload = imported(client, MANY).json()
    assert payload["samples"] == []
    assert len(payload["refused_files"]) == 5
    assert Sample.objects.count() == 2


@pytest.mark.slow
def test_withdrawing_what_was_imported_takes_it_back(client: Client, project: Project, user: User) -> None:
    for each in imported(client, MANY).json()["samples"]:
        withdraw_sample(user, each["id"])
    assert not Sample.objects.available().exists()
    assert len(imported(client, MANY).json()["samples"]) == 2


def test_marks_of_a_table_are_kept_with_the_recording(user: User, project: Project) -> None:
    table = b"file,label,split,start,end\na.wav,yes,test,0.01,0.02\na.wav,no,test,0.05,0.06\n"
    archive = zipped({"samples.csv": table, "a.wav": a_sound()})
    result = import_samples(user, project, [archive], days=90, consent=recording_terms(project).text)
    assert result.samples[0].events == [
        {"label": "yes", "start": 0.01, "end": 0.02},
        {"label": "no", "start": 0.05, "end": 0.06},
    ]


def test_marks_of_a_table_end_with_the_recording_and_those_that_cannot_be_are_said(
    user: User, project: Project
) -> None:
    rows = ["a.wav,yes,0.05,0.2", "late.wav,yes,0.15,0.2", "motion.csv,yes,0,1"]
    rows += [f"many.wav,yes,{number * 1e-5:f},{number * 1e-5 + 1e-6:f}" for number in range(501)]
    table = "\n".join(["file,label,start,end", *rows])
    files = {"a.wav": a_sound(1), "late.wav": a_sound(2), "motion.csv": b"1,2,3\n4,5,6\n", "many.wav": a_sound(3)}
    archive = zipped({"samples.csv": table.encode(), **files})
    result = import_samples(user, project, [archive], days=90, consent=recording_terms(project).text)
    places = {sample.kind: sample.events for sample in result.samples}
    assert places == {
        "sound": [{"label": "yes", "start": 0.05, "end": 0.1}],
        "motion": [{"label": "yes", "start": 0, "end": 1}],
    }
    reasons = {each.name: each.reason for each in result.refused_files}
    assert "begins at 0.15 s" in reasons["late.wav"]
    assert "501 marked places" in reasons["many.wav"]


@pytest.mark.protects("uploads/recording-archives")
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"not a zip", "not a ZIP file"),
        (zipped({"a.wav": b"x"}), "put each file into a folder"),
        (zipped({"all.csv": b"file,label\n../x.wav,yes\n"}), "Line 2"),
    ],
)
def test_an_archive_without_labels_is_refused_with_what_to_do(
    client: Client, project: Project, data: bytes, message: str
) -> None:
    answer = post(client, f"{SAMPLES}/import/preview", data)
    assert answer.status_code == 422
    assert message in answer.json()["detail"]


def test_an_import_under_other_terms_is_refused_and_leaves_no_bytes(client: Client, project: Project) -> None:
    answer = post(client, f"{SAMPLES}/import?{urlencode({'days': 90, 'consent': 'sure'})}", zipped(MANY))
    assert answer.status_code == 409
    assert not Sample.objects.exists()


LOUD = range(201, 206)
"""The levels of recordings that no other test has left in the store."""


def nothing_came_in(project: Project) -> bool:
    """No samples, and of their bytes neither rows nor anything on the disk."""
    digests = [digest_of(a_sound(loud)) for loud in LOUD]
    paths = [blob_path(digest) for digest in digests]
    return not (
        Sample.objects.exists()
        or Blob.objects.filter(pk__in=digests).exists()
        or any(path and path.exists() for path in paths)
        or AuditEntry.objects.filter(action="data.import").exists()
    )


def test_a_damaged_file_of_an_archive_is_named_and_the_others_come_in(client: Client, project: Project) -> None:
    archive = bytearray(packed({f"up/{loud}.wav": a_sound(loud) for loud in LOUD}))
    archive[archive.index(a_sound(203)) + 60] ^= 1
    terms = recording_terms(project)
    query = urlencode({"days": 90, "consent": terms.text})
    answer = post(client, f"{SAMPLES}/import?{query}", bytes(archive))
    assert answer.status_code == 201
    assert answer.json()["refused_files"] == [{"name": "up/203.wav", "reason": "The file is damaged in the archive."}]
    assert Sample.objects.count() == len(LOUD) - 1


@pytest.mark.protects("recordings/parsers")
def test_archives_and_recordings_are_read_in_the_isolated_process_alone(
    client: Client, project: Project, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes = list[int | None]()
    run = Compiler.run

    def noted(self: Compiler, *args: Any, **options: Any) -> None:
        run(self, *args, **options)
        processes.append(self.pid)

    def parsed(*_: object) -> None:
        raise AssertionError("The server's own process read a user's bytes.")

    monkeypatch.setattr(Compiler, "run", noted)
    monkeypatch.setattr(zipfile.ZipFile, "__init__", parsed)
    for parser in ("read_wav", "read_picture", "read_motion", "read_table"):
        monkeypatch.setattr(read, parser, parsed)
    assert len(post(client, f"{SAMPLES}/import/preview", ARCHIVE).json()["samples"]) == 2
    consent = consent_of(user, project)
    for data in (a_sound(7), png(), b"1,2,3\n4,5,6\n"):
        sample_of(consent, user, data)
    guest_sound = submission_of(user, project)
    assert (Sample.objects.count(), guest_sound.kind) == (3, "sound")
    assert len(processes) == 5
    assert not {None, os.getpid()} & set(processes)


@pytest.mark.protects("recordings/parsers")
def test_impossible_facts_from_the_isolated_process_bring_nothing(
    client: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {"offset": 0, "size": 8, "kind": "sound", "media_type": "audio/wav", "quality": "good", "milliseconds": 5}
    good = facts | {"drawing": {}, "path": "a.wav", "label": "yes", "split": "test", "events": None, "interval": None}

    def answered(wrong: dict[str, Any]) -> Any:
        def read_archive(_organisation: UUID, _archive: IO[bytes], output: IO[bytes], _most: int) -> dict[str, Any]:
            output.write(bytes(8))
            return {"recordings": [good | wrong], "omissions": [], "skipped_files": []}

        monkeypatch.setattr(recording_readers, "read_archive", read_archive)
        return post(client, f"{SAMPLES}/import/preview", ARCHIVE)

    assert len(answered({}).json()["samples"]) == 1
    event = {"label": "yes", "start": 0.5, "end": 0.25}
    wrong_facts: list[dict[str, Any]] = [
        *({"size": 9_000_000}, {"size": 9}, {"size": 0}, {"offset": -1}, {"milliseconds": -1}),
        *({"kind": "picture"}, {"media_type": "text/html"}, {"quality": "best"}, {"drawing": {"peaks": "x"}}),
        *({"interval": {"length": each, "unit": ""}} for each in (-1.0, 0.0)),
        *({"split": "all"}, {"label": "x" * 99}, {"events": [event]}),
    ]
    for wrong in wrong_facts:
        response = answered(wrong)
        assert (response.status_code, "could not be read" in response.json()["detail"]) == (422, True), wrong


@pytest.mark.slow
def test_an_import_that_the_store_refuses_in_the_middle_leaves_nothing(user: User, project: Project) -> None:
    archive = zipped({f"up/{loud}.wav": a_sound(loud) for loud in LOUD})
    place = blob_path(digest_of(a_sound(203)))
    assert place is not None
    # Where this one would lie is a folder, so that it cannot be put there.
    place.mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        import_samples(user, project, [archive], days=90, consent=recording_terms(project).text)
    assert nothing_came_in(project)
    assert len(import_samples(user, project, [archive], days=90, consent=recording_terms(project).text).samples) == 5


@pytest.mark.slow
def test_an_import_is_as_many_statements_for_many_as_for_few(user: User, project: Project) -> None:
    def statements(first: int, count: int) -> int:
        archive = zipped({f"up/{number}.wav": a_sound(number) for number in range(first, first + count)})
        terms = recording_terms(project, 90)
        with CaptureQueriesContext(connection) as queries:
            import_samples(user, project, [archive], days=90, consent=terms.text)
        return len(queries)

    statements(5, 2)  # The project's first, which the live document's own bookkeeping makes another.
    assert statements(10, 2) == statements(20, 9)


def test_links_of_many_recordings_are_as_many_statements_as_of_few(user: User, project: Project) -> None:
    def statements(first: int, count: int) -> int:
        archive = zipped({f"up/{number}.wav": a_sound(number) for number in range(first, first + count)})
        terms = recording_terms(project, 90)
        with CaptureQueriesContext(connection) as queries:
            import_samples(user, project, [archive], days=90, consent=terms.text)
        return sum("core_bloblink" in query["sql"] and "INSERT" in query["sql"] for query in queries)

    assert statements(10, 2) == statements(20, 6)
    assert links_of_all(Sample.objects.all()).count() == 8
