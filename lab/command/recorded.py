"""Recordings as samples of a conversion: the stages of a project in front of the model compute what it reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.dataset.recording import Recording, data_digest
from lab.dataset.recordings import read_recordings
from lab.dataset.splitting import divide
from lab.quantize.recorded import RecordingUse
from lab.quantize.samples import SUFFIXES
from lab.refusal import Reason, Refused
from rune.assessment.evaluation.model_inputs import CompiledFront, FrontImpossible
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.datasets.calibration import calibration_samples
from rune.datasets.splits import Split
from rune.model.tflite import ModelError, read_model, signature
from rune.project.files import FolderFiles
from rune.source.runefile.find import runefile_in
from rune.source.runefile.model_inputs.front import ModelFront, fitting_front, model_fronts
from rune.wording import quoted

MOST_WINDOWS = 8
"""The greatest number of windows of one recording."""


@dataclass(frozen=True)
class RecordingSource:
    """The folder of recordings, the project whose stages compute what the model reads, the path of the model in it, and
    the split on which ranges are measured."""

    samples: Path
    project: Path
    model: str
    calibration: Split


def record_inputs(
    float_model: Path, source: RecordingSource, windows: Path, report: Callable[[float, str], None]
) -> dict[str, object]:
    """Writes what a float model reads of recordings into the file `windows`; its table (`lab.quantize.recorded`), with
    `digest`, `stage` and `skipped_samples`.

    Forms are judged on validation; recordings of the split test are not read. Raises `Refused` and `OSError`.
    """
    folder = quoted(str(source.samples))
    if not any(path.is_file() for path in source.samples.rglob("*")):
        raise Refused(Reason.SAMPLES, f"{folder} has no recordings, and no {' or '.join(SUFFIXES)} files.")
    try:
        inputs = signature(read_model(float_model.read_bytes())).inputs
    except ModelError as error:
        raise Refused(Reason.BROKEN, f"The float model cannot be read: {error}") from error
    if len(inputs) != 1:
        raise Refused(Reason.SAMPLES, f"The model has {len(inputs)} inputs, and recordings are given to one.")
    dimensions = inputs[0].type.dimensions
    files = FolderFiles(source.project)
    front = _front(files, dimensions, source)
    selection = _selection(read_recordings(source.samples).items, source.calibration)
    try:
        compiled_front = CompiledFront(files, front, dimensions)
    except FrontImpossible as error:
        raise Refused(Reason.SAMPLES, str(error)) from error
    counts, used_recordings = [], []
    with windows.open("wb") as target:
        for place, (recording, use) in enumerate(selection):
            report(place / len(selection), f"Computing what the model reads, {place} of {len(selection)}")
            try:
                rows = compiled_front.of(recording.data, MOST_WINDOWS)
            except FrontImpossible:
                rows = []
            for row in rows:
                target.write(row.tobytes())
            if rows:
                counts.append(len(rows))
                used_recordings.append((recording, use))
    if not used_recordings:
        raise Refused(Reason.SAMPLES, f"None of the recordings in {folder} fills what the model reads.")
    return {
        "windows": counts,
        "labels": [recording.label for recording, _ in used_recordings],
        "roles": [use.value for _, use in used_recordings],
        "classes": list(front.labels),
        "stage": front.stage,
        "digest": data_digest(
            [recording for recording, _ in used_recordings], [use.value for _, use in used_recordings]
        ),
        "skipped_samples": len(selection) - len(used_recordings),
    }


def _front(files: FolderFiles, dimensions: Sequence[int], source: RecordingSource) -> ModelFront:
    """The stages of the project in front of a model that reads such an input. Raises `Refused`."""
    fronts = model_fronts(files, PUBLISHED_BLOCKS)
    front = fitting_front(fronts, dimensions, source.model)
    if front is None:
        project = quoted(str(source.project))
        has_runefile = (source.project / runefile_in(files)).is_file()
        shape = "x".join(map(str, dimensions))
        reason = (
            f"The Runefile in {project} gives no model {shape} floats"
            if has_runefile
            else f"There is no Runefile in {project}"
        )
        advice = "Name the project with --project, or give .npy files of the model's input."
        raise Refused(Reason.SAMPLES, f"{reason}, so recordings cannot be its samples. {advice}")
    return front


def _selection(recordings: Sequence[Recording], calibration: Split) -> list[tuple[Recording, RecordingUse]]:
    """The recordings that are read, each with its use, spread over the labels."""
    by_name = sorted(recordings, key=lambda each: each.name)
    of_split: dict[Split, list[Recording]] = {split: [] for split in Split}
    for recording, split in zip(by_name, divide(by_name, {}).of_recordings, strict=True):
        of_split[split].append(recording)
    samples = calibration_samples(of_split, lambda each: each.label, calibration)
    uses = {True: RecordingUse.CALIBRATION, False: RecordingUse.JUDGING}
    return [(recording, uses[measures]) for recording, measures in samples]
