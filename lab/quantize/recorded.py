"""A model's inputs from labelled recordings, computed by the stages in front of it: numbers in one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from lab.quantize.samples import MOST_SAMPLES, CalibrationSample, ModelInput, random_samples
from lab.refusal import Reason, Refused


class RecordingUse(StrEnum):
    """The use of a recording: ranges are measured on some, forms are judged by others."""

    CALIBRATION = "calibration"
    JUDGING = "judging"


@dataclass(frozen=True)
class RecordedSamples:
    """Windows in the order of their recordings. `classes` are the labels in the order of the model's outputs, empty
    where nobody says them."""

    calibration: Sequence[CalibrationSample]
    judging: Sequence[CalibrationSample]
    classes: tuple[str, ...]
    is_guess: bool
    """Whether ranges are measured on random input, because no recording is for that."""


def read_recorded(numbers: Path, table: Mapping[str, Any], inputs: Sequence[ModelInput]) -> RecordedSamples:
    """Reads f32 numbers, one window of the model's input behind the other.

    `table` has a row for each recording: how many `windows` it has, its `labels`, and its `roles`; and the `classes`.
    Without a recording to judge by, forms are compared on those of the ranges, and nothing is called right. Raises
    `Refused`.
    """
    if len(inputs) != 1:
        raise Refused(Reason.SAMPLES, f"The model has {len(inputs)} inputs, and samples are given to one.")
    shape = inputs[0].shape
    size = prod(shape) * 4
    if numbers.stat().st_size != size * sum(table["windows"]):
        raise Refused(Reason.SAMPLES, "The samples do not have the shape of the model's input.")
    samples: dict[RecordingUse, list[CalibrationSample]] = {role: [] for role in RecordingUse}
    with numbers.open("rb") as file:
        for place, (count, label, role) in enumerate(
            zip(table["windows"], table["labels"], table["roles"], strict=True)
        ):
            for window in range(count):
                values = np.frombuffer(file.read(size), np.float32).reshape(shape)
                name = f"recording {place} window {window}"
                samples[RecordingUse(role)].append(CalibrationSample(name, (values,), label, place))
    judging = samples[RecordingUse.JUDGING]
    calibration = samples[RecordingUse.CALIBRATION][
        :: max(1, -(-len(samples[RecordingUse.CALIBRATION]) // MOST_SAMPLES))
    ]
    classes = tuple(table["classes"])
    if not judging:
        judging, classes = calibration, ()
    if not judging:
        raise Refused(Reason.SAMPLES, "There are no samples.")
    return RecordedSamples(calibration or random_samples(inputs), judging, classes, not calibration)
