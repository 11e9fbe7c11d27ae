"""The least and the greatest number of each tensor of a float model over samples: the ranges of its quantised forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from lab.quantize.quiet import without_warnings
from lab.quantize.samples import Array, CalibrationSample, ModelInput
from rune.model.tflite import TensorKind, read_model

Ranges = dict[str, dict[str, Array]]
"""`min` and `max` of each tensor by its name, as arrays of one element."""
_FINITE = 3e38
"""Exporters pad and mask with larger numbers in place of infinity. They count for no range."""


class _UnreadTensorError(Exception):
    """The interpreter has no numbers of a tensor after a run."""


def measured_ranges(data: bytes, samples: Sequence[CalibrationSample], inputs: Sequence[ModelInput]) -> Ranges:
    """Returns the ranges over all samples.

    The quantiser's own calibrator takes moving means of about 20 samples: numbers beyond the mean are cut off, and
    samples sorted by name give the ranges of the last label. It also stops at a tensor that a delegate leaves out, as
    XNNPACK does with an output that nothing reads.
    """
    try:
        return _ranges(data, samples, inputs, OpResolverType.BUILTIN)
    except _UnreadTensorError:
        return _ranges(data, samples, inputs, OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)


def _ranges(
    data: bytes, samples: Sequence[CalibrationSample], inputs: Sequence[ModelInput], operators: OpResolverType
) -> Ranges:
    """Raises `_UnreadTensorError` if a delegate left a tensor out. Without delegates, such a tensor gets no range."""
    with without_warnings():
        interpreter = Interpreter(
            model_content=data,
            num_threads=1,
            experimental_op_resolver_type=operators,
            experimental_preserve_all_tensors=True,
        )
    interpreter.allocate_tensors()
    details = interpreter.get_input_details()
    tensor_names = _measured_tensors(data)
    ranges: Ranges = {}
    for sample in samples:
        for detail, value, one in zip(details, sample.values, inputs, strict=True):
            interpreter.set_tensor(detail["index"], value.reshape(one.shape).astype(detail["dtype"]))
        interpreter.invoke()
        for index, name in tensor_names.items():
            try:
                _widen(ranges, name, interpreter.get_tensor(index))
            except ValueError as error:
                if operators is OpResolverType.BUILTIN:
                    raise _UnreadTensorError(name) from error
        interpreter.reset_all_variables()
    return ranges


def _measured_tensors(data: bytes) -> Mapping[int, str]:
    """The names of the float tensors that a run computes, by their number."""
    model = read_model(data)
    computed_places = set(model.inputs) | {
        place for operator in model.operators for place in operator.outputs if place >= 0
    }
    return {
        place: model.tensors[place].name
        for place in sorted(computed_places)
        if model.tensors[place].kind is TensorKind.FLOAT32 and np.all(model.tensors[place].shape)
    }


def _widen(ranges: Ranges, name: str, values: Any) -> None:
    """Widens the range of a tensor to these numbers."""
    finite = values[(values > -_FINITE) & (values < _FINITE)]
    if not finite.size:
        return
    shape = (1,) * values.ndim
    least, greatest = np.full(shape, finite.min()), np.full(shape, finite.max())
    own = ranges.get(name)
    if own is None:
        ranges[name] = {"min": least, "max": greatest}
    else:
        own["min"], own["max"] = np.minimum(own["min"], least), np.maximum(own["max"], greatest)
