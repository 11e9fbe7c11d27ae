"""A full disk while a model is trained or converted has a name of its own, and does not blame the data or the model."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import lab
import rune
from lab.child.main import failure
from lab.refusal import Reason
from rune.environments.environment import FOLDER_VARIABLE
from tests.lab.small_disk import is_mounted, with_small_disk
from tests.support.training.motion_data import write_motion

on_small_disk = pytest.mark.skipif(not is_mounted(), reason="needs to mount a file system of its own")
FULL = "The disk is full. Free some space, and try again."
STEP = """
import sys
from pathlib import Path
from lab.child import main, process, start
from lab.refusal import Refused

folder, source, packages = map(Path, sys.argv[1:])
process.package_folder = lambda name: str((packages / name).resolve())
step = start.Step("quantise", {}, {"source": source}, {"model": folder / "model"}, work="quantisation")
try:
    start.run(step, Path(sys.executable))
except Refused as refused:
    print(refused.reason, refused)
"""
WRITER = """
def run(job):
    job.outputs["model"].write_bytes(bytes(1 << 20))
    job.save("model")
    return {}
"""


@on_small_disk
def test_the_command_names_a_full_disk_and_not_the_recordings(tmp_path: Path) -> None:
    project, cache = tmp_path / "project", tmp_path / "cache"
    write_motion(project / "samples")
    (project / "forge.yml").write_text("training: {recipe: motion-trees, data: samples}\n")
    cache.mkdir()
    command = [sys.executable, "-m", "rune.tools.cli", "train", str(project)]
    environment = {**os.environ, FOLDER_VARIABLE: str(cache)}
    process = subprocess.run(
        with_small_disk(cache, 16, command), env=environment, capture_output=True, text=True, check=False
    )
    assert process.returncode == 1
    assert 'Unable to train "model.tflite"' in process.stderr
    assert FULL in process.stderr
    assert "Unable to read" not in process.stderr
    assert sorted(path.name for path in project.iterdir()) == ["forge.yml", "samples"]


@on_small_disk
def test_a_step_names_a_full_disk_where_its_result_is_written(tmp_path: Path) -> None:
    packages = _packages(tmp_path)
    source, disk = tmp_path / "source", tmp_path / "disk"
    source.write_bytes(b"")
    disk.mkdir()
    command = [sys.executable, "-c", STEP, str(disk), str(source), str(packages)]
    process = subprocess.run(with_small_disk(disk, 64, command), capture_output=True, text=True, check=False)
    assert process.stdout.strip() == f"{Reason.FULL_DISK} {FULL}", process.stderr


def _packages(folder: Path) -> Path:
    """Copies of the packages, in which the step of the quantiser writes a megabyte."""
    packages = folder / "packages"
    packages.mkdir()
    (packages / "rune").symlink_to(Path(rune.__path__[0]).resolve())
    shutil.copytree(Path(lab.__path__[0]), packages / "lab")
    (packages / "lab" / "quantize" / "step.py").write_text(WRITER)
    return packages


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        # As HDF5 and TensorFlow say it.
        OSError("Unable to write file (errno = 28, error message = 'No space left on device')"),
        RuntimeError("checkpoint: No space left on device [Op:SaveV2]"),
    ],
)
def test_a_library_that_meets_a_full_disk_is_understood(error: Exception) -> None:
    refusal = failure(error, 1 << 30, "training run", has_own_tree=False)
    assert (refusal.reason, str(refusal)) == (Reason.FULL_DISK, FULL)


def test_a_full_folder_in_memory_is_no_full_disk() -> None:
    error = OSError(errno.ENOSPC, "No space left on device")
    refusal = failure(error, 1 << 30, "training run", has_own_tree=True)
    assert refusal.reason is Reason.TOO_LARGE
    assert str(refusal).startswith("The files of the training run need more than 1.1 GB.")


def test_another_error_of_a_library_stays_what_it_is() -> None:
    refusal = failure(OSError(errno.EIO, "Input/output error"), 1 << 30, "training run", has_own_tree=False)
    assert refusal.reason is Reason.NOT_CONVERTED
    assert refusal.message == "The training run failed in a library."
    assert "Input/output error" in refusal.detail
