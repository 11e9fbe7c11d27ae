"""The folder in which a run keeps its features and checkpoints until it has ended."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from lab.refusal import Reason, Refused
from lab.training.checkpoint import read_state
from lab.training.step import SLOTS
from rune.environments.environment import environments_folder

_DIGITS = 16
"""The digits of a run's digest, in the name of its folder."""


@dataclass(frozen=True)
class Checkpoint:
    """A run after `epoch` epochs, of which `best_epoch` is the best so far."""

    path: Path
    epoch: int
    best_epoch: int


@dataclass(frozen=True)
class RunFolder:
    """The folder of the run with this digest. Only one process has it at a time."""

    path: Path
    digest: str

    @property
    def features(self) -> Path:
        return self.path / "features.npz"

    def outputs(self) -> dict[str, Path]:
        """Returns where the step writes, by name."""
        return {"model": self.path / "model.tflite", **{slot: self.path / slot for slot in SLOTS}}

    def newest_checkpoint(self) -> Checkpoint | None:
        """Returns the newest complete checkpoint, or None where no checkpoint is complete.

        It is moved to a name of its own, because the step writes its first checkpoints over the others.
        """
        checkpoints = []
        for path in (self.path / "resume", *(self.path / slot for slot in SLOTS)):
            state = read_state(path, self.digest)
            if state is not None:
                checkpoints.append(Checkpoint(path, len(state["curves"]), state["best_epoch"]))
        if not checkpoints:
            return None
        newest = max(checkpoints, key=lambda each: (each.epoch, each.path))
        resume = self.path / "resume"
        if newest.path != resume:
            newest.path.replace(resume)
        return replace(newest, path=resume)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


@contextmanager
def run_folder(digest: str, *, fresh: bool = False) -> Iterator[RunFolder]:
    """The folder of a run, emptied where it is to start anew. Raises `Refused` while another process has it."""
    parent = environments_folder() / "runs"
    parent.mkdir(parents=True, exist_ok=True)
    name = digest.removeprefix("sha256:")[:_DIGITS]
    with (parent / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = "This run is being trained by another process already. Wait for it, or stop it."
            raise Refused(Reason.SETTINGS, message) from None
        folder = RunFolder(parent / name, digest)
        if fresh:
            folder.remove()
        folder.path.mkdir(exist_ok=True)
        yield folder
