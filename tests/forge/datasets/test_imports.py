"""Importing data sets over the API: pieces, a preview, a job that goes on after a crash, and a report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Membership, Quota, User
from forge.compute.pool.compiler import Compiler
from forge.core.models import AuditEntry, Blob, BlobLink
from forge.datasets.imports import actions, batch, job
from forge.datasets.imports.ending import BYTES_FOR, REPORTS_FOR, stop_old_imports
from forge.datasets.models import Consent, DataImport, DataSet, Sample
from forge.jobs.actions import cancel_job, retry_job
from forge.jobs.models import Job, JobState
from forge.projects.models import Project
from rune.datasets.content.wav import wav_bytes
from tests.forge.datasets.import_requests import FOLDERS, IMPORTS, begin, imported, read, run_jobs, send, sent, start
from tests.support.forge.factories.recordings import consent_of, loud, png, sample_of
from tests.support.installations.archives import zipped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch, compiler: Compiler) -> None:
    """Nobody is woken, and the process that reads archives stays from test to test."""
    monkeypatch.setattr(actions, "notify_workers", lambda capability: None)
    run = job.run_import_job
    kind = job.IMPORT
    monkeypatch.setitem(vars(kind), "execute", lambda context: run(context, lambda: nullcontext(compiler)))


@pytest.fixture
def consent(user: User, project: Project) -> Consent:
    return consent_of(user, project)


@pytest.mark.slow
def test_an_archive_is_described_before_anything_comes_in(client: Client, consent: Consent) -> None:
    import_id = sent(client, consent, zipped(FOLDERS))
    run_jobs()
    row = read(client, import_id)
    assert (row["state"], row["error"]) == ("ready", "")
    assert row["preview"] == {
        "layout": "folders by label",
        "recordings": 4,
        "labels": {"glass": 2, "knock": 2},
        "unlabelled": 0,
        "groups": 0,
        "splits": {"test": 1, "train": 3},
        **{name: [] for name in ("doubts", "rates", "notes", "conflicts")},
        **dict.fromkeys(("by_bytes", "moved_count", "uncovered_count", "note_count"), 0),
        **dict.fromkeys(("repeated_count", "known_count", "uncompared_count"), 0),
    }
    assert row["omissions"] == [{"path": "e.txt", "reason": "It is not a WAV, FLAC, PNG, JPEG or CSV file."}]
    assert not Sample.objects.exists()


@pytest.mark.slow
def test_recordings_become_samples_and_the_archive_is_deleted(
    client: Client, consent: Consent, project: Project, user: User
) -> None:
    original = sample_of(consent, user, loud(1))
    data = zipped({**FOLDERS, "knock/bad.wav": b"RIFF1234WAVE", "knock/long.wav": wav_bytes(1, bytes(2 * 86_401))})
    row = imported(client, consent, data, group="Guests", device="phone")
    assert (row["state"], row["new_samples"], row["duplicates"], row["omission_count"], row["error"]) == (
        "done",
        3,
        1,
        3,
        "",
    )
    reasons = {each["path"]: each["reason"] for each in row["omissions"]}
    assert reasons["knock/bad.wav"] == "The WAV file has no sound in it."
    assert "longer than 24 hours" in reasons["knock/long.wav"]
    samples = Sample.objects.exclude(pk=original.pk).order_by("number")
    assert [(each.number, each.label, each.source, each.device) for each in samples] == [
        (2, "glass", "import", "phone"),
        (3, "knock", "import", "phone"),
        (4, "glass", "import", "phone"),
    ]
    assert {str(each.group) for each in samples} == {"Guests"}
    assert len({each.split for each in samples}) == 1, "one person is in one split"
    assert all(BlobLink.objects.filter(owner_id=each.pk, blob=each.digest).exists() for each in samples)
    assert not BlobLink.objects.filter(owner_kind="datasets.dataimport").exists()
    assert not Blob.objects.filter(links=None).exists(), "the archive is gone"
    entry = AuditEntry.objects.get(action="data.import")
    assert entry.data["count"] == 3


@pytest.mark.slow
def test_recordings_of_nobody_keep_the_split_of_the_archive(client: Client, consent: Consent) -> None:
    imported(client, consent, zipped({"test/cup/a.png": png(), "train/cup/b.png": png(width=3)}), alone=True)
    assert {(each.group, each.split) for each in Sample.objects.all()} == {(None, "test"), (None, "train")}


@pytest.mark.protects("uploads/preview-of-an-import")
def test_an_archives_own_splits_win_where_it_names_no_person(client: Client, consent: Consent) -> None:
    splits, labels = ("train", "validation", "test"), ("yes", "no")
    names = [f"{split}/{label}/{place}.wav" for place, split in enumerate(splits) for label in labels]
    row = imported(client, consent, zipped({name: loud(place) for place, name in enumerate(names)}))
    assert row["preview"]["splits"] == {"test": 2, "train": 2, "validation": 2}
    assert (row["preview"]["moved_count"], row["new_samples"]) == (0, 6)
    assert Counter(Sample.objects.values_list("split", "group")) == {(split, None): 2 for split in splits}


def random_archive(random: Random, number: int) -> dict[str, bytes | str]:
    """A data set with people and splits in some of its rows, and a few people that several data sets have."""
    sounds = {f"{number}-{place}.wav": loud(100 * number + place) for place in range(random.randint(1, 9))}
    rows = [
        f"{name};{random.choice(('on', 'off', ''))};{random.choice(('', 'P1', 'P2', f'Q{number}'))};"
        f"{random.choice(('', 'train', 'validation', 'test'))}"
        for name in sounds
    ]
    return {**sounds, "metadata.csv": "\n".join(["file_name;label;speaker_id;split", *rows])}


@pytest.mark.slow
@pytest.mark.protects("uploads/preview-of-an-import")
def test_the_preview_of_any_archive_is_its_result(client: Client, consent: Consent, project: Project) -> None:
    random = Random(5)
    for number in range(8):
        for_training, for_tests = ((True, True), (True, True), (True, False), (False, True))[number % 4]
        Consent.objects.filter(pk=consent.pk).update(for_training=for_training, for_tests=for_tests)
        before = Counter(Sample.objects.values_list("split", flat=True))
        options = random.choice(({}, {"alone": True}, {"group": "Guests"}))
        row = imported(client, consent, zipped(random_archive(random, number)), **options)
        splits = Counter(Sample.objects.values_list("split", flat=True)) - before
        preview = row["preview"]
        assert row["omission_count"] == preview["uncovered_count"]
        assert row["new_samples"] == sum(preview["splits"].values()) + preview["by_bytes"]
        assert preview["by_bytes"] or splits == Counter(preview["splits"])


@pytest.mark.slow
def test_a_recording_with_a_wrong_header_comes_in_with_a_note(client: Client, consent: Consent) -> None:
    wav = loud(1)
    row = imported(client, consent, zipped({"on/pipe.wav": wav.replace(b"data", b"data\xff\xff\xff\xff")[: len(wav)]}))
    assert [each["path"] for each in row["notes"]] == ["on/pipe.wav"]
    assert row["new_samples"] == 1


@pytest.mark.slow
def test_objects_of_boxes_come_in_as_positions_and_name_a_picture_without_a_label(
    client: Client, consent: Consent
) -> None:
    box = {"label": "bolt", "x": 40, "y": 10, "width": 20, "height": 30}
    boxes = {"boundingBoxes": {"a.png": [box], "b.png": []}}
    pictures = {f"training/{name}.png": png(width=200, height=100 + place) for place, name in enumerate("abc")}
    data = zipped({**pictures, "training/bounding_boxes.labels": json.dumps(boxes)})
    row = imported(client, consent, data, alone=True)
    assert (row["preview"]["labels"], row["new_samples"], row["omission_count"]) == ({"bolt": 1, "nothing": 1}, 3, 0)
    assert list(Sample.objects.order_by("number").values_list("label", "positions")) == [
        ("bolt", [{"label": "bolt", "x": 0.25, "y": 0.25}]),
        ("nothing", []),
        ("", None),
    ]


@pytest.mark.slow
def test_only_chosen_labels_come_in(client: Client, consent: Consent) -> None:
    import_id = sent(client, consent, zipped(FOLDERS))
    run_jobs()
    for labels in ([], ["cup"], [""]):
        assert start(client, import_id, labels=labels).status_code == 400
    assert start(client, import_id, labels=["glass"]).json()["state"] == "adding"
    assert start(client, import_id).status_code == 409
    run_jobs()
    assert {each.label for each in Sample.objects.all()} == {"glass"}


@pytest.mark.slow
@pytest.mark.protects("uploads/hostile-archives-of-data")
@pytest.mark.parametrize("data", [b"no archive", zipped({"a.txt": "x"}), zipped({"../a.wav": loud()})])
def test_what_cannot_be_imported_is_refused_with_the_reason(client: Client, consent: Consent, data: bytes) -> None:
    import_id = sent(client, consent, data)
    run_jobs()
    row = read(client, import_id)
    assert row["state"] == "failed"
    assert row["error"].endswith(".")
    assert "Try another" in client.get(f"/acme/kitchen/data/imports/{import_id}").content.decode()
    assert start(client, import_id).status_code == 409
    assert not Sample.objects.exists()


@pytest.mark.slow
def test_an_upload_goes_on_where_it_was_interrupted(client: Client, consent: Consent) -> None:
    data = zipped(FOLDERS)
    import_id = str(begin(client, consent, len(data)).json()["id"])
    assert send(client, import_id, 0, data[:100]).json()["received_bytes"] == 100
    for offset in (0, 99, 101):
        answer = send(client, import_id, offset, data[offset:])
        assert (answer.status_code, answer.json()["title"]) == (409, "The offset is wrong")
    assert send(client, import_id, 100, data[100:] + b"more").status_code == 413
    assert send(client, import_id, 100, b"").status_code == 400
    assert read(client, import_id)["received_bytes"] == 100
    assert send(client, import_id, 100, data[100:]).json()["state"] == "reading"
    run_jobs()
    assert read(client, import_id)["preview"]["recordings"] == 4


@pytest.mark.slow
def test_a_job_that_dies_goes_on_and_adds_nothing_twice(
    client: Client, consent: Consent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "BATCH_COUNT", 2)
    import_id = sent(client, consent, zipped({f"knock/{number}.wav": loud(number) for number in range(5)}))
    run_jobs()
    start(client, import_id)
    store, calls = batch.store_batch, []

    def dying(*arguments: Any) -> Any:
        calls.append(arguments)
        row = store(*arguments)
        if len(calls) == 2:
            raise RuntimeError("the process dies behind its transaction")
        return row

    monkeypatch.setattr(job, "store_batch", dying)
    run_jobs()
    if Job.objects.latest("created").state == JobState.QUEUED:
        run_jobs()
    row = read(client, import_id)
    assert (row["state"], row["new_samples"], row["duplicates"], row["position"]) == ("done", 5, 0, 5)
    assert len(calls) == 3, "the batch that was stored is not read again"
    assert sorted(Sample.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]


@pytest.mark.slow
def test_a_cancelled_import_can_be_retried(client: Client, consent: Consent, user: User) -> None:
    import_id = sent(client, consent, zipped(FOLDERS))
    import_job = Job.objects.get()
    cancel_job(user, import_job)
    assert read(client, import_id)["state"] == "failed"
    retry_job(user, Job.objects.get())
    assert read(client, import_id)["state"] == "reading"
    run_jobs()
    assert read(client, import_id)["state"] == "ready"


@pytest.mark.protects("roles/rights-in-slow-work")
def test_who_is_removed_while_the_archive_is_read_adds_nothing(
    client: Client, consent: Consent, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = sent(client, consent, zipped(FOLDERS))
    run_jobs()
    assert start(client, import_id).status_code == 202
    ask = job._ask

    def ask_when_removed(*args: Any, **request: Any) -> Any:
        Membership.objects.filter(user=user).delete()
        return ask(*args, **request)

    monkeypatch.setattr(job, "_ask", ask_when_removed)
    run_jobs()
    row = DataImport.objects.get()
    assert (row.state, row.error) == ("failed", job.NO_RIGHT)
    assert not Sample.objects.exists()


@pytest.mark.slow
@pytest.mark.protects("recordings/withdrawn-from-data")
def test_withdrawing_the_consent_stops_the_import_and_deletes_its_bytes(client: Client, consent: Consent) -> None:
    import_id = sent(client, consent, zipped(FOLDERS))
    run_jobs()
    start(client, import_id)
    assert client.delete(f"/api/v1/data/consents/{consent.pk}").status_code == 200
    run_jobs()
    row = read(client, import_id)
    assert (row["state"], row["error"]) == ("failed", "The consent was withdrawn.")
    assert not Sample.objects.exists()
    assert not Blob.objects.filter(links=None).exists()


@pytest.mark.slow
@pytest.mark.protects("recordings/consent-of-others")
def test_an_import_needs_ones_own_consent_and_the_right_to_edit(
    client: Client, consent: Consent, project: Project, owner: User, viewer: User, browser_of: Callable[..., Client]
) -> None:
    assert begin(client, consent_of(owner, project), 10).status_code == 409
    Consent.objects.filter(pk=consent.pk).update(agreed=timezone.now() - timedelta(hours=13))
    assert begin(client, consent, 10).status_code == 409
    Consent.objects.filter(pk=consent.pk).update(agreed=timezone.now())
    import_id = str(begin(client, consent, 10).json()["id"])
    assert begin(browser_of(viewer), consent, 10).status_code == 403
    assert send(browser_of(viewer), import_id, 0, b"x").status_code == 403
    assert browser_of(viewer).delete(f"{IMPORTS}/{import_id}").status_code == 403
    assert browser_of(None).get(f"{IMPORTS}/{import_id}").status_code in (401, 404)


def test_room_is_checked_before_the_first_byte(client: Client, consent: Consent, project: Project) -> None:
    Quota.objects.create(holder=project.organisation.stream, resource="bytes", limit=1000)
    assert begin(client, consent, 2_000_000).status_code == 507
    assert not DataImport.objects.exists()


@pytest.mark.slow
def test_an_import_that_was_discarded_leaves_nothing(client: Client, consent: Consent) -> None:
    import_id = sent(client, consent, zipped(FOLDERS))
    assert client.delete(f"{IMPORTS}/{import_id}").status_code == 204
    run_jobs()
    assert client.get(f"{IMPORTS}/{import_id}").status_code == 404
    assert not Blob.objects.filter(links=None).exists()


@pytest.mark.slow
def test_archives_that_nobody_goes_on_with_are_deleted(client: Client, consent: Consent) -> None:
    import_id = sent(client, consent, zipped(FOLDERS))
    stop_old_imports()
    assert read(client, import_id)["state"] == "reading"
    stop_old_imports(timezone.now() + BYTES_FOR + timedelta(hours=1))
    assert read(client, import_id)["state"] == "failed"
    assert not BlobLink.objects.filter(owner_kind="datasets.dataimport").exists()
    stop_old_imports(timezone.now() + REPORTS_FOR + timedelta(hours=1))
    assert not DataImport.objects.exists()


def test_an_upload_that_nobody_goes_on_with_is_stopped_and_takes_no_more(client: Client, consent: Consent) -> None:
    import_id = str(begin(client, consent, 10).json()["id"])
    assert send(client, import_id, 0, b"first").status_code == 200
    DataImport.objects.update(changed=timezone.now() - BYTES_FOR - timedelta(hours=1))
    stop_old_imports()
    row = DataImport.objects.get()
    assert (row.state, row.pieces, "was not continued" in row.error) == ("failed", [], True)
    assert send(client, import_id, 5, b"other").status_code == 409


def test_a_worker_that_dies_right_after_its_step_leaves_a_job_that_succeeds(client: Client, consent: Consent) -> None:
    sent(client, consent, zipped(FOLDERS))
    DataImport.objects.update(state="ready", description={"recordings": 4})
    run_jobs()
    import_job = Job.objects.get()
    assert (import_job.state, import_job.result) == (JobState.SUCCEEDED, {"recordings": 4})
    Job.objects.update(state=JobState.QUEUED, spec={**import_job.spec, "step": "add"})
    DataImport.objects.update(state="done", pieces=[], new_samples=3, duplicates=1)
    run_jobs()
    retry = Job.objects.get()
    assert (retry.state, retry.result) == (JobState.SUCCEEDED, {"new_samples": 3, "duplicates": 1, "omission_count": 0})


@pytest.mark.slow
def test_the_data_changes_for_those_who_have_the_page_open(client: Client, consent: Consent) -> None:
    before = DataSet.objects.get().revision
    imported(client, consent, zipped(FOLDERS))
    assert DataSet.objects.get().revision > before
    assert [each["state"] for each in client.get(IMPORTS).json()["results"]] == ["done"]


PAGES = "/acme/kitchen/data"


@pytest.mark.slow
def test_pages_import_without_scripts(client: Client, project: Project) -> None:
    page = client.get(f"{PAGES}/import")
    archive = SimpleUploadedFile("mine.zip", zipped({**FOLDERS, "<b>.txt": "x"}), "application/zip")
    form = {"archive": archive, "terms": page.context["terms"], "group": "Guests", "device": "phone"}
    response = client.post(f"{PAGES}/imports", form)
    assert (response.status_code, DataImport.objects.count()) == (400, 0)
    archive.seek(0)
    answer = client.post(f"{PAGES}/imports", form | {"agreed": "on"})
    row = DataImport.objects.get()
    address = f"{PAGES}/imports/{row.pk}"
    assert (answer.status_code, answer.headers["Location"], row.state) == (302, address, "reading")
    run_jobs()
    text = client.get(address).content.decode()
    assert "4 recordings, folders by label" in text
    assert "&lt;b&gt;.txt" in text
    assert "<b>.txt" not in text
    assert client.post(f"{address}/start", {"labels": ["knock"]}).status_code == 302
    run_jobs()
    assert "2 samples added." in client.get(address).content.decode()
    assert {each.label for each in Sample.objects.all()} == {"knock"}
    assert client.post(f"{address}/discard").status_code == 302
    assert not DataImport.objects.exists()


@pytest.mark.slow
def test_a_browser_with_scripts_begins_with_the_size_alone(client: Client, project: Project) -> None:
    terms = client.get(f"{PAGES}/import").context["terms"]
    form = {"agreed": "on", "terms": terms, "size": "12"}
    assert client.post(f"{PAGES}/imports", form | {"size": "much"}).status_code == 400
    assert client.post(f"{PAGES}/imports", form | {"terms": "Anything goes."}).status_code == 409
    assert client.post(f"{PAGES}/imports", form).status_code == 302
    row = DataImport.objects.get()
    assert (row.size, row.state) == (12, "sending")
    assert 'data-state="sending"' in client.get(f"{PAGES}/imports/{row.pk}").content.decode()
