"""A process that reads a stranger's repository on a full disk: that is no fault of the repository."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from forge.core.errors import DiskFull
from forge.projects.git import child
from forge.projects.git.child import run_child
from forge.projects.git.job_answer import NO_ROOM_STATUS
from forge.projects.git.remote import FetchAnswer
from tests.support.installations.small_disk import fill, small_disk

pytestmark = pytest.mark.protects("uploads/full-disk-of-jobs")

JOB = {
    "act": "fetch",
    "url": "https://git.example/team/project.git",
    "branch": "",
    "folder": "",
    "token": "",
    "origins": [],
    "limit": 1 << 20,
}
ARCHIVE = {"limit": 1 << 20, "commits": 1, "files": 1, "entries": 1}


@pytest.mark.parametrize(("module", "job"), [("git.process", JOB), ("history.process", ARCHIVE)], ids=["git", "zip"])
def test_an_answer_that_does_not_fit_is_said_by_the_exit_status(module: str, job: object, tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", f"forge.projects.{module}"]
    environment = {"PYTHONPATH": str(Path(__file__).parents[3])}
    with Path("/dev/full").open("wb") as full:
        process = subprocess.run(
            command, input=json.dumps(job).encode(), stdout=full, cwd=tmp_path, env=environment, check=False
        )
    assert process.returncode == NO_ROOM_STATUS


def test_a_process_that_has_no_room_on_its_disk_is_no_fault_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = f"import forge.projects.git.job_answer as a; a.send_answer(lambda: open({str(tmp_path / 'disk/x')!r}, 'wb'))"
    write = code.replace("'wb')", "'wb', buffering=0).write(b'x')")
    monkeypatch.setattr(child, "_command", lambda module: [sys.executable, "-c", write])
    with small_disk(tmp_path / "disk", 1 << 20) as disk:
        fill(disk)
        with pytest.raises(DiskFull):
            run_child("git.process", {}, tmp_path, FetchAnswer)
