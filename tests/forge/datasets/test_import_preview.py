"""The preview of an import names the files that cannot be read and the recordings that are resampled, as the import
does."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.compute.pool.compiler import Compiler
from forge.core.blobs.store import read_blob
from forge.datasets.imports import actions, comparing, job
from forge.datasets.models import Consent, Sample
from forge.datasets.removals.actions import delete_sample
from forge.projects.models import Project
from tests.forge.datasets.import_requests import imported, read, run_jobs, sent, start
from tests.support.forge.factories.recordings import consent_of, loud, png
from tests.support.installations.archives import zipped

pytestmark = pytest.mark.django_db(transaction=True)

UNREADABLE: dict[str, bytes | str] = {
    "knock/broken.wav": loud(2)[:30],
    "knock/cut.png": png()[:-20],
    "knock/notes.pdf": "%PDF-1.7",
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


def described(client: Client, consent: Consent, files: dict[str, bytes | str]) -> Any:
    import_id = sent(client, consent, zipped(files))
    run_jobs()
    return read(client, import_id)


def page_of(client: Client, project: Project, row: Any) -> str:
    return client.get(f"{project.get_absolute_url()}/data/imports/{row['id']}").content.decode()


def walk(interval: float, count: int = 6, first: float = 0) -> str:
    sensors = [{"name": f"acc{axis}", "units": "m/s2"} for axis in "XYZ"]
    values = [[first + row * interval / 10, 0, 1] for row in range(count)]
    return json.dumps({"payload": {"interval_ms": interval, "sensors": sensors, "values": values}})


MIXED: dict[str, bytes | str] = {"training/walk.1.json": walk(10, first=100), "training/walk.2.json": walk(16)}
NOTE = "Its rows are 16 ms apart, and those of the data 10 ms. It is resampled to 10 ms: 9 rows instead of 6."


@pytest.mark.protects("uploads/preview-of-an-import")
def test_the_preview_names_each_file_that_cannot_be_read(client: Client, consent: Consent, project: Project) -> None:
    row = described(client, consent, {"knock/a.wav": loud(1), **UNREADABLE})
    reasons = {each["path"]: each["reason"] for each in row["omissions"]}
    assert (row["state"], row["omission_count"], sorted(reasons)) == ("ready", 3, sorted(UNREADABLE))
    assert reasons["knock/cut.png"] == "The PNG file is damaged or cut short."
    page = page_of(client, project, row)
    assert "3 files are left out" in page
    assert all(path in page and reason in page for path, reason in reasons.items())
    assert start(client, row["id"]).status_code == 202
    run_jobs()
    ended_import = read(client, row["id"])
    assert (ended_import["state"], ended_import["new_samples"], ended_import["omission_count"]) == ("done", 1, 3)
    assert {each["path"]: each["reason"] for each in ended_import["omissions"]} == reasons, (
        "the import leaves out the same"
    )


@pytest.mark.protects("uploads/preview-of-an-import")
def test_of_many_files_that_cannot_be_read_the_first_are_named(
    client: Client, consent: Consent, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "MAX_NAMED", 2)
    broken_files = {f"knock/{number:02}.wav": loud(number + 2)[:30] for number in range(14)}
    row = described(client, consent, {"knock/a.wav": loud(1), **broken_files})
    assert (row["omission_count"], len(row["omissions"])) == (14, 2)
    assert "and 12 more" in page_of(client, project, row)


def test_an_archive_of_which_nothing_can_be_read_is_refused(client: Client, consent: Consent) -> None:
    row = described(client, consent, {"knock/a.wav": loud(2)[:30], "knock/b.wav": loud(3)[:30]})
    assert row["state"] == "failed"
    assert row["error"].startswith("The archive has no recordings that can be imported. knock/a.wav: The WAV file ")


@pytest.mark.protects("uploads/uneven-times")
def test_motion_of_two_rates_comes_in_at_one(client: Client, consent: Consent, project: Project) -> None:
    row = described(client, consent, MIXED)
    preview = row["preview"]
    assert preview["rates"] == [{"input": "motion", "interval": "10 ms"}]
    assert (preview["note_count"], preview["notes"]) == (1, [{"path": "training/walk.2.json", "reason": NOTE}])
    page = page_of(client, project, row)
    assert "Rows of motion are stored 10 ms apart." in page
    assert NOTE in page
    assert start(client, row["id"]).status_code == 202
    run_jobs()
    assert read(client, row["id"])["notes"] == preview["notes"], "the import says the same"
    _, resampled = Sample.objects.order_by("number")
    assert read_blob(resampled.digest).decode().splitlines() == [f"{number},0,1" for number in range(9)]


@pytest.mark.protects("uploads/uneven-times")
def test_a_further_import_comes_in_at_the_rate_of_the_data(client: Client, consent: Consent, user: User) -> None:
    imported(client, consent, zipped({"training/walk.1.json": walk(20, 4)}))
    row = described(client, consent, {"training/run.1.json": walk(10), "training/run.2.json": walk(10, first=100)})
    assert row["preview"]["rates"] == [{"input": "motion", "interval": "20 ms"}]
    assert row["preview"]["note_count"] == 2
    delete_sample(user, Sample.objects.get())
    other_row = described(client, consent, {"training/run.3.json": walk(10)})
    assert other_row["preview"]["rates"] == [{"input": "motion", "interval": "10 ms"}], "no row of 20 ms is left"


@pytest.mark.protects("uploads/uneven-times")
def test_a_preview_of_another_rate_than_the_data_got_since_starts_nothing(client: Client, consent: Consent) -> None:
    row = described(client, consent, {"training/walk.1.json": walk(10)})
    imported(client, consent, zipped({"training/walk.2.json": walk(20)}))
    answer = start(client, row["id"])
    assert (answer.status_code, "another rate" in answer.json()["detail"]) == (409, True)
    assert (read(client, row["id"])["state"], Sample.objects.count()) == ("ready", 1)
