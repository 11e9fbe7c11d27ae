"""The sensitivity of a float model: how much each of its results changes when its inputs change by the tolerance.

Where large terms cancel, a small result is as uncertain as they are: two programs that add in another order differ
there without one of them being wrong. A sum that was rounded in whatever order is the exact sum of terms that are a
little off (Wilkinson's backward error), so the reference is run with its weights and inputs a little off, and what its
results then do is the measure. Each element of a result has its own: a shaky one excuses no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from rune.assessment.verify.comparison import LAYOUTS, OF_LARGEST, Distances, distances
from rune.assessment.verify.models.reference import open_inside
from rune.compiler.anvil.models.plain_model import plain_model
from rune.model.profile import LITERT, Profile
from rune.model.tflite import Model, TensorKind, keeps_state
from rune.running.runtime.interpreters.micro import MicroInterpreter
from rune.running.runtime.interpreters.tflite import TfliteInterpreter
from rune.tensor import ElementType, TensorType

NUDGES: Final = 6

Runs = Sequence[Sequence[bytes]]
"""The inputs of runs, one after another, from the model's first state on."""


def is_all_float(model: Model) -> bool:
    """Returns whether each operator that runs gives floats; sizes are known before. In a quantised result a small
    change could become a whole step."""
    model = plain_model(model)
    kinds = [model.tensors[index].type for operator in model.operators for index in operator.outputs]
    return all(kind is not None and kind.element.is_float for kind in kinds)


def moves(
    model: Model,
    data: bytes,
    runs: Runs,
    results: Mapping[int, TensorType],
    *,
    keep: bool = False,
    profile: Profile = LITERT,
) -> Mapping[int, Distances]:
    """Returns how far each element of `results`, by their numbers in the model, moves at most in the last of the runs
    when all float weights, also those that the file has as float16, are nudged by `OF_LARGEST` of themselves, and all
    float inputs by `OF_LARGEST` of their largest magnitude. What a model remembers of the runs before is nudged with
    them.

    `keep` is needed for results inside of the model. Nothing moves where integers are in between. Raises
    `HostModelError`.
    """
    if not is_all_float(model):
        return {}
    still = _results(open_inside(data, keep=keep, profile=profile), runs, results)
    most = {index: np.zeros(kind.count) for index, kind in results.items()}
    kinds = [model.tensors[index].type for index in model.inputs]
    for number in range(NUDGES):
        generator = np.random.default_rng(number)
        reference = open_inside(_nudged_weights(model, data, generator), keep=keep, profile=profile)
        if isinstance(reference, TfliteInterpreter):
            _nudge_unpacked(reference, model, runs[0], generator)
        nudged_runs = [
            [_nudged_input(kind, input_bytes, generator) for kind, input_bytes in zip(kinds, inputs, strict=True)]
            for inputs in runs
        ]
        results_of_nudged = _results(reference, nudged_runs, results)
        for index, kind in results.items():
            most[index] = np.maximum(most[index], distances(kind, still[index], results_of_nudged[index]))
    return most


def _results(
    reference: TfliteInterpreter | MicroInterpreter, runs: Runs, results: Mapping[int, TensorType]
) -> Mapping[int, bytes]:
    """Returns the state of a newly opened reference after the last of the runs."""
    for inputs in runs:
        reference.run(inputs)
    return {index: reference.tensor(index) for index in results}


def _nudged_weights(model: Model, data: bytes, generator: Generator) -> bytes:
    """The model file with other last bits in its constants of floats."""
    nudged_data = bytearray(data)
    for tensor in model.tensors:
        kind = tensor.type
        if tensor.data is None or kind is None or kind.element is not ElementType.F32 or not kind.count:
            continue
        values = np.frombuffer(tensor.data, LAYOUTS[kind.element])
        # The model may have been read from other bytes that are the same.
        offset = values.ctypes.data - np.frombuffer(memoryview(tensor.data.obj), "u1").ctypes.data
        nudged_data[offset : offset + kind.size] = _nudged(values, generator)
    return bytes(nudged_data)


def _nudge_unpacked(reference: TfliteInterpreter, model: Model, inputs: Sequence[bytes], generator: Generator) -> None:
    """The same for weights of float16, whose own last bits are a thousand times as much: the reference makes floats of
    them in its first run, and nudged are these. Not for models that remember, whose first run is none to do twice."""
    halves = _unpacked_halves(model)
    if not halves or keeps_state(model):
        return
    reference.run(inputs)
    for index in halves:
        reference.set_tensor(index, _nudged(np.frombuffer(reference.tensor(index), "<f4"), generator))


def _unpacked_halves(model: Model) -> tuple[int, ...]:
    """The tensors that hold constants of float16 as floats."""
    return tuple(
        operator.outputs[0]
        for operator in model.operators
        if operator.op == "DEQUANTIZE"
        and model.tensors[operator.inputs[0]].kind is TensorKind.FLOAT16
        and model.tensors[operator.inputs[0]].data is not None
    )


def _nudged(values: NDArray[np.float32], generator: Generator) -> bytes:
    nudged_values = values * (1.0 + OF_LARGEST * _signs(generator, values.size))
    return nudged_values.astype(values.dtype).tobytes()


def _nudged_input(kind: TensorType | None, data: bytes, generator: Generator) -> bytes:
    if kind is None or not kind.element.is_float:
        return data
    values = np.frombuffer(data, LAYOUTS[kind.element])
    magnitude = float(np.abs(values).max()) if values.size else 0.0
    return (values + _signs(generator, values.size) * OF_LARGEST * magnitude).astype(values.dtype).tobytes()


def _signs(generator: Generator, count: int) -> NDArray[np.float64]:
    return generator.choice(np.array([-1.0, 1.0]), count)
