"""An import that meets a disk that is really full waits with what was sent, and goes on when there is room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import User
from forge.compute.pool.compiler import Compiler
from forge.datasets.imports import actions, job
from forge.datasets.imports.ending import BYTES_FOR, stop_old_imports
from forge.datasets.models import DataImport, Sample
from forge.jobs.models import Job, JobState
from forge.projects.models import Project
from tests.forge.datasets.import_requests import read, run_jobs, sent, start
from tests.support.forge.factories.recordings import consent_of, loud
from tests.support.installations.archives import zipped
from tests.support.installations.small_disk import fill, small_disk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.protects("uploads/full-disk-of-jobs")]

SIZE = 24 * 1024 * 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", SIZE) as folder:
        yield folder


@pytest.fixture
def reader(disk: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Compiler]:
    """The process that reads archives writes what it reads onto the small disk."""
    monkeypatch.setattr(actions, "notify_workers", lambda capability: None)
    run = job.run_import_job
    with Compiler(disk / "work") as compiler:
        monkeypatch.setitem(vars(job.IMPORT), "execute", lambda context: run(context, lambda: nullcontext(compiler)))
        yield compiler


def _end_wait() -> None:
    Job.objects.filter(state=JobState.QUEUED).update(due=timezone.now())


@pytest.mark.slow
def test_an_import_goes_on_when_the_disk_has_room_again(
    client: Client, user: User, project: Project, reader: Compiler, disk: Path
) -> None:
    consent = consent_of(user, project)
    sounds = {f"knock/{number}.wav": loud(number, 100_000) for number in range(10)}
    import_id = sent(client, consent, zipped(sounds))
    run_jobs()
    assert read(client, import_id)["state"] == "ready"
    filler = fill(disk)
    start(client, import_id)
    DataImport.objects.update(changed=timezone.now() - BYTES_FOR - timedelta(hours=1))
    run_jobs()
    waiting = Job.objects.get(spec__step="add")
    assert (waiting.state, waiting.attempt, waiting.error) == (JobState.QUEUED, 0, "")
    assert "disk, which is full" in waiting.activity
    stop_old_imports()  # it waits, so nobody gave it up
    row = DataImport.objects.get()
    assert (row.state, row.error, len(row.pieces), row.position) == ("adding", "", 1, 0)
    filler.unlink()
    _end_wait()
    run_jobs()
    row = DataImport.objects.get()
    assert (row.state, row.new_samples, row.omission_count, row.error) == ("done", 10, 0, "")
    assert Sample.objects.count() == 10
