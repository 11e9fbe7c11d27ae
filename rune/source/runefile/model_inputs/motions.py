"""Motion: a window of x, y and z, moment by moment or axis by axis."""

from __future__ import annotations

from collections.abc import Iterator

from rune.capabilities.accel import ACCEL
from rune.model.tflite import ModelTensor
from rune.source.runefile.advice.inserted_stage import InsertedBlock
from rune.source.runefile.model_inputs.preset import QUANTISED_TYPES, InputKind, InputPreset, StageWriter, inner_sizes
from rune.tensor import ElementType, TensorType

_FEWEST = 8
_MOST = 10_000


def motion_presets(tensor: ModelTensor, suffix: str) -> Iterator[InputPreset]:
    """The ways in which an input may be a window of motion."""
    sizes = inner_sizes(tensor.type)
    if tensor.type.element not in (ElementType.F32, *QUANTISED_TYPES):
        return
    if len(sizes) == 2 and sizes[1] == ACCEL.row:
        yield from _preset(tensor, sizes[0], "motion", "x, y and z of each moment", suffix)
    if len(sizes) == 2 and sizes[0] == ACCEL.row:
        yield from _preset(tensor, sizes[1], "motion-axes-first", "all of x, then of y, then of z", suffix)
    if len(sizes) == 1 and sizes[0] % ACCEL.row == 0:
        yield from _preset(tensor, sizes[0] // ACCEL.row, "motion-row", "x, y and z of each moment, in one row", suffix)


def _preset(tensor: ModelTensor, moments: int, key: str, title: str, suffix: str) -> Iterator[InputPreset]:
    if not _FEWEST <= moments <= _MOST:
        return
    writer = StageWriter(suffix)
    shape = (moments, ACCEL.row)
    writer.capability(ACCEL.stage_name, ACCEL.name, [f"samples: {moments}"], TensorType(ACCEL.element, shape))
    if key == "motion-axes-first":
        shape = (ACCEL.row, moments)
        writer.block("axes_first", InsertedBlock("transpose", {}), TensorType(ACCEL.element, shape))
    writer.fit(tensor, shape)
    about = f"{moments} moments of the motion sensor, in the unit of the model's training"
    yield InputPreset(key, InputKind.MOTION, title.capitalize(), about, writer.stages, writer.last)
