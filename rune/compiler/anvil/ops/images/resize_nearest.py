"""RESIZE_NEAREST_NEIGHBOR: each pixel of the output is one of the input. Places are products of single precision.

Source: TFLite's reference kernel `reference_ops::ResizeNearestNeighbor`.
"""

from __future__ import annotations

import numpy as np

from rune.compiler.anvil.computation import Array
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.reshaping.rearrangement import Rearrangement, moves_refusal, rearranged
from rune.model.tflite import ResizeOptions


def refusal(op: ModelOp) -> str | None:
    return moves_refusal(op, 1)


def computation(op: ModelOp) -> Rearrangement:
    options, image, output = op.operator.options, op.input(0), op.output
    assert isinstance(options, ResizeOptions)  # noqa: S101 - the reader gives these for this op
    require(len(image.shape) == len(output.shape) == 4, "an image must have four dimensions")
    rows, columns = (_places(image.shape[axis], output.shape[axis], options) for axis in (1, 2))
    return rearranged(op, [np.arange(image.shape[0]), rows, columns, np.arange(image.shape[3])])


def _places(inputs: int, outputs: int, options: ResizeOptions) -> Array:
    before, after = (inputs - 1, outputs - 1) if options.align_corners and outputs > 1 else (inputs, outputs)
    step = np.float32(before) / np.float32(after)
    numbers = np.arange(outputs).astype(np.float32) + np.float32(0.5 if options.half_pixel_centers else 0)
    at = numbers * step
    places = np.floor(at + np.float32(0.5)) if options.align_corners else np.floor(at)
    return np.asarray(np.minimum(places.astype(np.int32), inputs - 1))


OPERATIONS = {"RESIZE_NEAREST_NEIGHBOR": OpKind(refusal, computation)}
