"""Checkpoints: one that was cut short, or is of another run, is passed over; the newest whole one goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lab.training.checkpoint import checkpoint_bytes, read_arrays, read_state
from lab.training.run_folder import Checkpoint, RunFolder, run_folder
from lab.training.step import SLOTS
from rune.environments.environment import FOLDER_VARIABLE

DIGEST = "sha256:" + "a" * 64


def checkpoint(epochs: int, digest: str = DIGEST) -> bytes:
    curves = [{"epoch": float(each + 1), "loss": 1 / (each + 1)} for each in range(epochs)]
    return checkpoint_bytes(
        digest, {"curves": curves, "best_epoch": epochs}, {"best_000": np.full(64, epochs, np.float32)}
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    with run_folder(DIGEST) as own:
        return own


def test_a_checkpoint_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    path.write_bytes(checkpoint(3))
    state = read_state(path, DIGEST)
    assert state is not None
    assert (len(state["curves"]), state["best_epoch"]) == (3, 3)
    assert read_arrays(path)["best_000"].tolist() == [3.0] * 64


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_checkpoint_that_was_cut_short_is_none(tmp_path: Path, share: float) -> None:
    path = tmp_path / "checkpoint"
    data = checkpoint(3)
    path.write_bytes(data[: round(len(data) * share)])
    assert read_state(path, DIGEST) is None


def test_changed_bytes_and_other_runs_are_none(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    data = bytearray(checkpoint(3))
    data[data.index(b"best_epoch")] ^= 1
    path.write_bytes(data)
    assert read_state(path, DIGEST) is None
    path.write_bytes(checkpoint(3, "sha256:" + "b" * 64))
    assert read_state(path, DIGEST) is None
    assert read_state(tmp_path / "missing", DIGEST) is None


def test_the_newest_whole_checkpoint_goes_on_and_is_kept_aside(folder: RunFolder) -> None:
    assert folder.newest_checkpoint() is None
    (folder.path / SLOTS[0]).write_bytes(checkpoint(4))
    (folder.path / SLOTS[1]).write_bytes(checkpoint(5)[:-30])
    newest = folder.newest_checkpoint()
    assert newest == Checkpoint(folder.path / "resume", 4, 4)
    # The step writes over both slots, and dies before the first is whole.
    for slot in SLOTS:
        (folder.path / slot).write_bytes(b"")
    assert folder.newest_checkpoint() == newest
    (folder.path / SLOTS[1]).write_bytes(checkpoint(9))
    assert folder.newest_checkpoint() == Checkpoint(folder.path / "resume", 9, 9)


def test_a_fresh_run_forgets_its_checkpoints(folder: RunFolder) -> None:
    (folder.path / SLOTS[0]).write_bytes(checkpoint(4))
    with run_folder(DIGEST, fresh=True) as own:
        assert own.newest_checkpoint() is None
