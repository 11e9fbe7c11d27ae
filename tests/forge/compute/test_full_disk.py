"""The compiler's process names a full disk of the server, and tells it from its own folder that is full."""

from __future__ import annotations

import io
import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from uuid import UUID

import pytest

from forge.compute.child.job_answers import Answers
from forge.compute.child.job_file import JobFile
from forge.compute.child.job_files import Signatures
from forge.compute.child.main import run_job
from forge.compute.child.pause_points import PausePoints
from forge.compute.pool.compiler import Compiler
from forge.core.errors import DiskFull
from tests.support.forge.factories.recordings import loud
from tests.support.installations.small_disk import fill, small_disk

pytestmark = pytest.mark.protects("uploads/full-disk-of-jobs")

OWNER = UUID(int=7)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "sound.wav"
    path.write_bytes(loud(1, 100_000))
    return path


def test_a_disk_without_room_for_what_is_made_is_named_and_the_next_job_works(tmp_path: Path, sound: Path) -> None:
    answers: list[Any] = []
    with (
        small_disk(tmp_path / "disk", 1 << 20) as disk,
        Compiler(disk / "work") as compiler,
        sound.open("rb") as file,
    ):
        files = {"sent": JobFile("", descriptor=file.fileno())}
        compiler.make_ready(owner=OWNER)
        filler = fill(disk)
        with pytest.raises(DiskFull):
            compiler.run({"op": "read-recording"}, answers.append, owner=OWNER, files=files, limit=60)
        assert answers == []
        filler.unlink()
        compiler.run({"op": "read-recording"}, answers.append, owner=OWNER, files=files, limit=60)
        assert [answer["answer"]["size"] for answer in answers] == [sound.stat().st_size]


@contextmanager
def _smallest_file(size: int) -> Iterator[None]:
    """Lets this process write files of at most so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _answers_of(sound: Path, output: Path, *, has_own_tree: bool) -> list[dict[str, Any]]:
    text, jobs = io.StringIO(), SimpleQueue[Any]()
    answers = Answers(text, 1)
    read, write = os.open(sound, os.O_RDONLY), os.open(output, os.O_RDWR | os.O_CREAT)
    try:
        rests = PausePoints(answers, jobs.get)
        job = {"op": "read-recording", "files": {}}
        run_job(job, [read], write, answers, Signatures(), rests, has_own_tree=has_own_tree)
    finally:
        os.close(read)
        os.close(write)
    return [json.loads(line) for line in text.getvalue().splitlines()]


@pytest.mark.parametrize("has_own_tree", [False, True])
def test_a_file_larger_than_a_process_may_write_is_no_defect_of_the_toolchain(
    tmp_path: Path, sound: Path, has_own_tree: bool
) -> None:
    with _smallest_file(1000):
        (answer,) = _answers_of(sound, tmp_path / "output", has_own_tree=has_own_tree)
    assert (answer["event"], answer["error"]) == (
        "failed",
        "The files of the build need more room than its limit.",
    )
