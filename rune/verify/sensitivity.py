"""The sensitivity of a float model: how much its results change when its inputs change by the tolerance.

Where large terms cancel, a small result is as uncertain as they are: two programs that add in another order differ
there without one of them being wrong. A sum that was rounded in whatever order is the exact sum of terms that are a
little off (Wilkinson's backward error), so the reference is run with its weights and inputs a little off, and what its
results then do is the measure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from rune.tensor import ElementType, TensorType
from rune.tflite import Model
from rune.verify.comparison import LAYOUTS, OF_LARGEST, distance
from rune.verify.reference import open_inside

NUDGES: Final = 6


def is_all_float(model: Model) -> bool:
    """Whether each operator gives floats. In a quantised result a small change could become a whole step."""
    kinds = [model.tensors[index].type for operator in model.operators for index in operator.outputs]
    return all(kind is not None and kind.element.is_float for kind in kinds)


def moves(
    model: Model, data: bytes, inputs: Sequence[bytes], results: Mapping[int, TensorType], *, keep: bool = False
) -> Mapping[int, float]:
    """How far each of `results`, by its number in the model, moves at most when all float weights are nudged by
    `OF_LARGEST` of themselves, and all float inputs by `OF_LARGEST` of their largest magnitude.

    `keep` is needed for results inside of the model. Nothing moves where integers are in between. Raises
    `HostModelError`.
    """
    if not is_all_float(model):
        return {}
    reference = open_inside(data, keep=keep)
    reference.run(inputs)
    still = {index: reference.tensor(index) for index in results}
    most = dict.fromkeys(results, 0.0)
    kinds = [model.tensors[index].type for index in model.inputs]
    for number in range(NUDGES):
        generator = np.random.default_rng(number)
        reference = open_inside(_nudged_weights(model, data, generator), keep=keep)
        reference.run([_nudged_input(kind, given, generator) for kind, given in zip(kinds, inputs, strict=True)])
        for index, kind in results.items():
            most[index] = max(most[index], distance(kind, still[index], reference.tensor(index)))
    return most


def _nudged_weights(model: Model, data: bytes, generator: Generator) -> bytes:
    """The model file with other last bits in its constants of floats."""
    start = np.frombuffer(data, "u1").ctypes.data
    changed = bytearray(data)
    for tensor in model.tensors:
        kind = tensor.type
        if tensor.data is None or kind is None or kind.element is not ElementType.F32 or not kind.count:
            continue
        values = np.frombuffer(tensor.data, LAYOUTS[kind.element])
        offset = values.ctypes.data - start
        nudged = values * (1.0 + OF_LARGEST * _signs(generator, values.size))
        changed[offset : offset + kind.size] = nudged.astype(values.dtype).tobytes()
    return bytes(changed)


def _nudged_input(kind: TensorType | None, data: bytes, generator: Generator) -> bytes:
    if kind is None or not kind.element.is_float:
        return data
    values = np.frombuffer(data, LAYOUTS[kind.element])
    magnitude = float(np.abs(values).max()) if values.size else 0.0
    return (values + _signs(generator, values.size) * OF_LARGEST * magnitude).astype(values.dtype).tobytes()


def _signs(generator: Generator, count: int) -> NDArray[np.float64]:
    return generator.choice(np.array([-1.0, 1.0]), count)
