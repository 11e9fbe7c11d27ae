"""Recordings as samples of a conversion: the stages of a project in front of the model compute what it reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from lab.dataset.recordings import Recording, data_digest, read_recordings
from lab.dataset.splitting import divide
from lab.quantize.recorded import RecordingUse
from lab.refusal import Reason, Refused
from rune.compiler.blocks.catalogue import PUBLISHED_BLOCKS
from rune.datasets.splits import Split
from rune.datasets.spreading import CALIBRATION_SAMPLES, JUDGING_SAMPLES, in_turns, spread_over_labels
from rune.model.tflite import ModelError, read_model, signature
from rune.project.files import FolderFiles
from rune.running.evaluation.model_inputs import CompiledFront, FrontImpossible
from rune.source.runefile.model_inputs.front import fitting_front, model_fronts
from rune.wording import quoted

MOST_WINDOWS = 8
"""Of one recording."""
_ROLES = {
    Split.TRAIN: (RecordingUse.CALIBRATION, CALIBRATION_SAMPLES),
    Split.VALIDATION: (RecordingUse.JUDGING, JUDGING_SAMPLES),
}


def record_inputs(
    float_model: Path,
    samples: Path,
    project: Path,
    model: str,
    windows: Path,
    report: Callable[[float, str], None],
) -> dict[str, object]:
    """Writes what a float model reads of the recordings in `samples` into the file `windows`; its table
    (`lab.quantize.recorded`), with `digest`, `stage` and `left_out`.

    Ranges are measured on the split train and forms are judged on validation; recordings of the split test are not
    read. `model` is the path of the model in the project. Raises `Refused` and `OSError`.
    """
    try:
        inputs = signature(read_model(float_model.read_bytes())).inputs
    except ModelError as error:
        raise Refused(Reason.BROKEN, f"The float model cannot be read: {error}") from error
    if len(inputs) != 1:
        raise Refused(Reason.SAMPLES, f"The model has {len(inputs)} inputs, and recordings are given to one.")
    dimensions = inputs[0].type.dimensions
    files = FolderFiles(project)
    fronts = model_fronts(files, PUBLISHED_BLOCKS)
    front = fitting_front(fronts, dimensions, model)
    if front is None:
        shape = "x".join(map(str, dimensions))
        reason = f"The Runefile in {quoted(str(project))} gives no model {shape} floats"
        advice = "Name the project with --project, or give .npy files of the model's input."
        raise Refused(Reason.SAMPLES, f"{reason}, so recordings cannot be its samples. {advice}")
    chosen = _chosen(read_recordings(samples).items)
    try:
        computed = CompiledFront(files, front, dimensions)
    except FrontImpossible as error:
        raise Refused(Reason.SAMPLES, str(error)) from error
    counts, used = [], []
    with windows.open("wb") as target:
        for place, (recording, split) in enumerate(chosen):
            report(place / len(chosen), f"Computing what the model reads, {place} of {len(chosen)}")
            try:
                rows = computed.of(recording.data, MOST_WINDOWS)
            except FrontImpossible:
                rows = []
            for row in rows:
                target.write(row.tobytes())
            if rows:
                counts.append(len(rows))
                used.append((recording, split))
    if not used:
        raise Refused(Reason.SAMPLES, f"None of the recordings in {quoted(str(samples))} fills what the model reads.")
    return {
        "windows": counts,
        "labels": [recording.label for recording, _ in used],
        "roles": [_ROLES[split][0].value for _, split in used],
        "classes": list(front.labels),
        "stage": front.stage,
        "digest": data_digest([recording for recording, _ in used], [split.value for _, split in used]),
        "left_out": len(chosen) - len(used),
    }


def _chosen(recordings: Sequence[Recording]) -> list[tuple[Recording, Split]]:
    """The recordings of the splits that are read, each with its split, spread over the labels."""
    ordered = sorted(recordings, key=lambda each: each.name)
    split_of = list(zip(ordered, divide(ordered, {}).of_recordings, strict=True))
    by_split = [[each for each in split_of if each[1] is split] for split in _ROLES]
    return in_turns(
        [
            spread_over_labels(own, lambda each: each[0].label, _ROLES[split][1])
            for own, split in zip(by_split, _ROLES, strict=True)
        ]
    )
