"""The same bytes under two labels: a person settles it, in an import, an upload and an archive of labelled ones."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.accounts.principals import Principal, PrincipalKind
from forge.compute.pool.compiler import Compiler
from forge.core.models import AuditEntry, Blob
from forge.datasets.consent_terms import DEFAULT_PURPOSES
from forge.datasets.errors import LabelDiffers, SampleKnown
from forge.datasets.imports import actions, comparing, job
from forge.datasets.models import Consent, DataImport, DataSet, Sample
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.datasets.samples.actions import SampleMark, mark_samples
from forge.datasets.versions.actions import save_version
from forge.projects.models import Project
from tests.forge.datasets.import_requests import read, run_jobs, sent, start
from tests.support.forge.factories.recordings import consent_of, loud, sample_of
from tests.support.installations.archives import zipped

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = "/acme/kitchen/data"
IN_TWO_FOLDERS: dict[str, bytes | str] = {
    "glass/b.wav": loud(1),
    "knock/a.wav": loud(1),
    "knock/c.wav": loud(2),
    "knock/d.wav": loud(2),
}


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch, compiler: Compiler) -> None:
    """Nobody is woken, and the process that reads archives stays from test to test."""
    monkeypatch.setattr(actions, "notify_workers", lambda capability: None)
    run = job.run_import_job
    monkeypatch.setitem(vars(job.IMPORT), "execute", lambda context: run(context, lambda: nullcontext(compiler)))


@pytest.fixture
def consent(user: User, project: Project) -> Consent:
    return consent_of(user, project)


def ready(client: Client, consent: Consent, files: dict[str, bytes | str]) -> str:
    """An import whose preview was made."""
    import_id = sent(client, consent, zipped(files))
    run_jobs()
    assert read(client, import_id)["state"] == "ready", read(client, import_id)["error"]
    return import_id


def labels() -> list[str]:
    return sorted(Sample.objects.available().values_list("label", flat=True))


def test_bytes_in_two_folders_wait_until_somebody_chooses(client: Client, consent: Consent) -> None:
    import_id = ready(client, consent, IN_TWO_FOLDERS)
    preview = read(client, import_id)["preview"]
    (conflict,) = preview["conflicts"]
    assert conflict["stored"] is None
    assert conflict["sources"] == [
        {"label": "glass", "path": "glass/b.wav", "count": 1},
        {"label": "knock", "path": "knock/a.wav", "count": 1},
    ]
    assert (preview["repeated_count"], preview["known_count"]) == (1, 0)
    for choice in ({}, {"settle_all": "stored"}, {"settle_all": "import"}):
        answer = start(client, import_id, **choice)
        assert (answer.status_code, answer.json()["title"]) == (409, "Recordings have two labels")
        assert list(answer.json()["errors"]) == ["glass/b.wav"]
        assert "glass/b.wav is “glass”" in answer.json()["detail"]
        assert "knock/a.wav is “knock”" in answer.json()["detail"]
    assert read(client, import_id)["state"] == "ready"
    settlement = [{"digest": conflict["digest"], "label": "glass"}]
    assert start(client, import_id, settle=settlement).status_code == 202
    run_jobs()
    row = read(client, import_id)
    assert labels() == ["glass", "knock"]
    assert (row["new_samples"], row["duplicates"]) == (2, 1)
    (omission,) = row["omissions"]
    assert omission["path"] == "knock/a.wav"
    assert "“glass”" in omission["reason"]


def test_bytes_of_two_labels_can_be_left_out(client: Client, consent: Consent) -> None:
    import_id = ready(client, consent, IN_TWO_FOLDERS)
    assert start(client, import_id, settle_all="leave-out").status_code == 202
    run_jobs()
    assert labels() == ["knock"]
    assert sorted(each["path"] for each in read(client, import_id)["omissions"]) == ["glass/b.wav", "knock/a.wav"]
    assert not Blob.objects.filter(links=None).exists()


def test_a_label_that_is_not_imported_conflicts_with_nothing(client: Client, consent: Consent) -> None:
    import_id = ready(client, consent, IN_TWO_FOLDERS)
    assert start(client, import_id, labels=["knock"]).status_code == 202
    run_jobs()
    assert labels() == ["knock", "knock"]


def test_a_table_and_a_folder_may_disagree(client: Client, consent: Consent) -> None:
    table = "file_name;label\na.wav;knock\nb.wav;glass\n"
    files: dict[str, bytes | str] = {"clips/a.wav": loud(1), "clips/b.wav": loud(1), "clips/metadata.csv": table}
    (conflict,) = read(client, ready(client, consent, files))["preview"]["conflicts"]
    assert [each["label"] for each in conflict["sources"]] == ["knock", "glass"]


@pytest.mark.parametrize(
    ("choice", "label", "is_excluded"),
    [("stored", "cup", False), ("import", "knock", False), ("leave-out", "cup", True)],
)
def test_bytes_that_are_stored_under_another_label(
    client: Client, consent: Consent, user: User, choice: str, label: str, is_excluded: bool
) -> None:
    # Another header, and the same sound: bytes are compared as they are stored.
    sample = sample_of(consent, user, loud(1), label="cup")
    wav = loud(1).replace(b"fmt ", b"LIST\x04\0\0\0INFOfmt ", 1)
    wav = wav[:4] + (len(wav) - 8).to_bytes(4, "little") + wav[8:]
    import_id = ready(client, consent, {"knock/a.wav": wav, "glass/b.wav": loud(2)})
    (conflict,) = read(client, import_id)["preview"]["conflicts"]
    assert conflict["stored"] == {"number": sample.number, "label": "cup"}
    assert list(start(client, import_id).json()["errors"]) == ["knock/a.wav"]
    assert start(client, import_id, settle_all=choice).status_code == 202
    run_jobs()
    sample.refresh_from_db()
    assert (sample.label, sample.is_excluded) == (label, is_excluded)
    assert Sample.objects.available().count() == 2, "one recording is one sample"
    row = read(client, import_id)
    assert (row["new_samples"], row["duplicates"] + row["omission_count"]) == (1, 1)
    assert AuditEntry.objects.filter(action="data.mark").exists() == (choice != "stored")


def test_a_stored_label_that_changed_since_the_preview_is_shown_again(
    client: Client, consent: Consent, user: User, project: Project
) -> None:
    sample = sample_of(consent, user, loud(1), label="cup")
    import_id = ready(client, consent, {"knock/a.wav": loud(1)})
    mark_samples(user, project, [SampleMark(sample.number, "plate")], DataSet.objects.get().revision)
    answer = start(client, import_id, settle_all="import")
    assert (answer.status_code, "“plate”" in answer.json()["detail"]) == (409, True)
    assert read(client, import_id)["preview"]["conflicts"][0]["stored"]["label"] == "plate"
    assert start(client, import_id, settle_all="import").status_code == 202
    sample.refresh_from_db()
    assert sample.label == "knock"


@pytest.mark.protects("recordings/changed-tests")
def test_test_samples_of_a_version_are_relabelled_by_owners_alone(
    client: Client, consent: Consent, user: User, owner: User, project: Project
) -> None:
    sample = sample_of(consent, user, loud(1), label="cup")
    save_version(owner, project, revision=DataSet.objects.get().revision)
    Sample.objects.filter(pk=sample.pk).update(tested_since=1)
    import_id = ready(client, consent, {"knock/a.wav": loud(1)})
    assert start(client, import_id, settle_all="import").status_code == 403
    assert read(client, import_id)["state"] == "ready"
    assert start(client, import_id, settle_all="stored").status_code == 202


@pytest.mark.parametrize(
    "body",
    [
        {"settle_all": "first"},
        {"settle": [{"digest": "0" * 64, "label": "knock"}]},
        {"settle": "knock"},
    ],
)
def test_a_choice_of_what_is_not_there_is_refused(client: Client, consent: Consent, body: dict[str, Any]) -> None:
    import_id = ready(client, consent, IN_TWO_FOLDERS)
    assert start(client, import_id, **body).status_code == 400
    assert read(client, import_id)["state"] == "ready"


def test_what_the_preview_did_not_compare_is_named_and_keeps_the_stored_label(
    client: Client, consent: Consent, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "MAX_COMPARED", 1)
    sample = sample_of(consent, user, loud(2), label="cup")
    import_id = ready(client, consent, {"glass/a.wav": loud(1), "knock/b.wav": loud(2)})
    preview = read(client, import_id)["preview"]
    assert (preview["conflicts"], preview["uncompared_count"]) == ([], 1)
    assert start(client, import_id).status_code == 202
    run_jobs()
    (omission,) = read(client, import_id)["omissions"]
    assert omission["path"] == "knock/b.wav"
    assert f"“cup” (sample {sample.number})" in omission["reason"]
    assert labels() == ["cup", "glass"]


def test_too_many_conflicts_stop_the_import_by_name(
    client: Client, consent: Consent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "MAX_CONFLICTS", 0)
    import_id = sent(client, consent, zipped(IN_TWO_FOLDERS))
    run_jobs()
    row = read(client, import_id)
    assert row["state"] == "failed"
    assert "glass/b.wav is “glass”" in row["error"]


def test_the_page_settles_conflicts_one_by_one_or_all(client: Client, consent: Consent, user: User) -> None:
    sample_of(consent, user, loud(3), label="cup")
    import_id = ready(client, consent, {**IN_TWO_FOLDERS, "<b>/e.wav": loud(3)})
    address = f"{PAGES}/imports/{import_id}"
    page = client.get(address).content.decode()
    assert "2 recordings have two labels" in page
    assert "&lt;b&gt;/e.wav" in page
    assert "<b>/e.wav" not in page
    every_label = {"labels": ["glass", "knock", "<b>"]}
    answer = client.post(f"{address}/start", every_label | {"settle_all": "stored"})
    assert answer.status_code == 409
    assert "Recordings have two labels" in answer.content.decode()
    assert 'value="stored" checked' in answer.content.decode(), "the form keeps what was chosen"
    assert DataImport.objects.get().state == "ready"
    digest = next(each["digest"] for each in DataImport.objects.get().description["conflicts"] if not each["stored"])
    choices = {"settle_all": "stored", f"settle-{digest}": "label:glass"}
    assert client.post(f"{address}/start", every_label | choices).status_code == 302
    run_jobs()
    assert labels() == ["cup", "glass", "knock"]


def test_an_import_that_a_version_before_described_starts(client: Client, consent: Consent) -> None:
    import_id = ready(client, consent, {"knock/a.wav": loud(1)})
    row = DataImport.objects.get()
    comparison = ("conflicts", "repeated_count", "known_count", "uncompared_count")
    row.description = {name: value for name, value in row.description.items() if name not in comparison}
    row.save()
    assert read(client, import_id)["preview"]["conflicts"] == []
    assert "1 recording, folders by label" in client.get(f"{PAGES}/imports/{import_id}").content.decode()
    assert start(client, import_id).status_code == 202


def upload(client: Client, consent: Consent, data: bytes, label: str) -> Any:
    address = f"/api/v1/projects/acme/kitchen/data/samples?consent={consent.pk}&label={label}"
    return client.post(address, data, content_type="application/octet-stream")


def test_an_upload_of_bytes_with_another_label_is_refused_with_both(client: Client, consent: Consent) -> None:
    number = upload(client, consent, loud(1), "cup").json()["number"]
    assert upload(client, consent, loud(1), "cup").json()["title"] == "This sample already exists"
    assert upload(client, consent, loud(1), "").json()["title"] == "This sample already exists"
    answer = upload(client, consent, loud(1), "knock")
    assert (answer.status_code, answer.json()["title"]) == (409, "This recording has another label")
    assert f"“cup” (sample {number})" in answer.json()["detail"]
    assert "“knock”" in answer.json()["detail"]
    assert labels() == ["cup"]


@pytest.mark.protects("recordings/labels-in-refusals")
def test_a_program_that_may_not_read_the_data_learns_no_label(consent: Consent, user: User, project: Project) -> None:
    sample_of(consent, user, loud(1), label="cup")
    program = Principal(PrincipalKind.TOKEN, "1", user, frozenset({"review:write"}), None)
    terms = recording_terms(project, 90, DEFAULT_PURPOSES)
    with pytest.raises(SampleKnown) as refusal:
        send_sample(program, project, [loud(1)], label="knock", days=90, consent=terms.text)
    assert not isinstance(refusal.value, LabelDiffers)
    assert "cup" not in refusal.value.detail
