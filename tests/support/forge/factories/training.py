"""Data to train on, runs, and what `lab` would send of them, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from forge.accounts.models import User
from forge.core.blobs.links import link_derived
from forge.core.blobs.store import put_bytes
from forge.datasets.models import DataSet, DataVersion, Sample
from forge.datasets.samples.actions import SampleOrigin
from forge.datasets.versions.actions import save_version
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.training.actions import RequestedRun, begin_run
from forge.learning.training.models import TrainingRun
from forge.projects.models import Project
from tests.support.forge.factories.recordings import LabelledRecording, consent_of, samples_of
from tests.support.training.motion_data import LABELS, motion
from tests.support.training.sight_and_sound_data import write_pictures
from tests.support.training.table_data import HEADER, machine_rows
from tests.support.training.table_data import LABELS as STATES

SMALL = {"epochs": 12, "window": 50, "blocks": 2, "filters": 8, "hop": 25, "batch": 16}
"""Arguments of a run of seconds."""
SMALL_START = {"epochs": 12, "window": 50, "hop": 25, "batch": 16}
"""The same of a run that begins with a model, and so with its network."""


def motion_samples(person: User, project: Project, people: int = 3, takes: int = 1) -> list[Sample]:
    """Recordings of motion by several people, of three labels."""
    return samples_of(consent_of(person, project), person, _motions(people, takes))


@cache
def _motions(people: int, takes: int) -> tuple[LabelledRecording, ...]:
    random = np.random.default_rng(3)
    return tuple(
        LabelledRecording(motion(label, random, 4).encode(), label, SampleOrigin(pseudonym=f"person {each}"))
        for each in range(people)
        for label in LABELS
        for _ in range(takes)
    )


def motion_version(person: User, project: Project, people: int = 3, takes: int = 1) -> DataVersion:
    """A version of such recordings."""
    motion_samples(person, project, people, takes)
    revision = DataSet.objects.values_list("revision", flat=True).get(project=project)
    return save_version(person, project, revision=revision)


def table_version(person: User, project: Project, count: int = 12) -> DataVersion:
    """A version of tables of three states."""
    random = np.random.default_rng(4)
    recordings = [
        LabelledRecording(
            "".join(f"{row}\n" for row in (HEADER, *machine_rows(label, random, 8))).encode(),
            label,
            SampleOrigin(pseudonym=f"machine {number}"),
        )
        for label in STATES
        for number in range(count)
    ]
    samples_of(consent_of(person, project), person, recordings)
    revision = DataSet.objects.values_list("revision", flat=True).get(project=project)
    return save_version(person, project, revision=revision)


def picture_version(person: User, project: Project, folder: Path, count: int = 12) -> DataVersion:
    """A version of pictures of two labels, each of another thing. They are drawn into a folder first."""
    recordings = [
        LabelledRecording(
            path.read_bytes(), path.parent.name, SampleOrigin(pseudonym=f"thing {path.parent.name} {path.stem}")
        )
        for path in sorted(write_pictures(folder, count).glob("*/*.png"))
    ]
    samples_of(consent_of(person, project), person, recordings)
    revision = DataSet.objects.values_list("revision", flat=True).get(project=project)
    return save_version(person, project, revision=revision)


def motion_run(person: User, project: Project, **arguments: Any) -> TrainingRun:
    """A run of the recipe for motion that waits."""
    return begin_run(person, project, RequestedRun("motion", {**SMALL, **arguments}))


def finished_run(person: User, project: Project) -> TrainingRun:
    """A run as it is at its end, which trained nothing: its figures are made up."""
    run = motion_run(person, project)
    return finish_run(run)


def finish_run(run: TrainingRun, model: bytes = b"model") -> TrainingRun:
    """Stores a run's end as a worker would."""
    files = {
        "model.tflite": model,
        "model.float.tflite": b"floats",
        "Runefile.yml": b"version: 1\n",
        "model.provenance.json": b"{}",
        "script/train.py": b"print()\n",
    }
    blobs = {path: put_bytes(data) for path, data in files.items()}
    link_derived(run, [blob.digest for blob in blobs.values()], run.project.organisation_id)
    numbers = list(
        Sample.objects.filter(data_set__project=run.project).order_by("number").values_list("number", flat=True)
    )
    run.state = LabJobState.FINISHED
    run.files = {path: blob.digest for path, blob in blobs.items()}
    run.sizes = {path: blob.size for path, blob in blobs.items()}
    run.description = {
        "labels": list(LABELS),
        "recordings": numbers,
        "counts": {split: dict.fromkeys(LABELS, 1) for split in ("train", "validation")},
        "digest": "sha256:" + "0" * 64,
    }
    run.curves = list(curve(4))
    run.best_epoch = 3
    run.answers = {"epoch": 0, "validation": [[0, 0, 0.9], [1, 0, 0.8]]}
    run.needs = {"cortex-m0plus": {"flash": 9000, "ram": 900, "instructions": 90_000, "not_measured": None}}
    share = [0.5, 0.1, 0.9]
    run.report = {
        "judgements": {"validation": {"accuracy": share, "samples": 2}},
        "parameters": 1234,
        "ended": "early",
    }
    run.save()
    return run


def curve(epochs: int) -> Iterator[dict[str, float]]:
    """Rows of curves that fall and rise."""
    for epoch in range(1, epochs + 1):
        yield {
            "epoch": epoch,
            "loss": 1 / epoch,
            "accuracy": 1 - 0.5 / epoch,
            "validation_loss": 1.2 / epoch,
            "validation_accuracy": 1 - 0.6 / epoch,
        }


class ScriptedLab:
    """Stands for `lab`: sends these events, writes these files, and gives this answer."""

    def __init__(self, events: list[dict[str, Any]], answer: Any, files: dict[str, bytes] | None = None) -> None:
        self.events = events
        self.answer = answer
        self.files = files or {}
        self.requests: list[dict[str, Any]] = []
        self.commands: list[Any] = []

    def __call__(self, request: dict[str, Any], shape: Any, **calls: Any) -> Any:
        self.requests.append(request)
        folder = Path(request["folder"])
        for name, data in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        for event in self.events:
            calls["tick"]()
            calls["receive"](event)
            if (command := calls["command"]()) is not None:
                self.commands.append(command)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer
