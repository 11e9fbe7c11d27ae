"""Says which tensors of a model hold probabilities, told by the operators that write them and by how they are
quantised."""

from __future__ import annotations

from typing import Final

from rune.model.tflite.model import Model, Operator, Tensor

_GIVING: Final = frozenset({"SOFTMAX", "LOGISTIC"})
"""Operators whose results lie between 0 and 1."""
_PASSING: Final = frozenset({"RESHAPE", "SQUEEZE", "EXPAND_DIMS", "QUANTIZE", "DEQUANTIZE"})
"""Operators that leave each number what it is, quantised or not."""


def gives_probabilities(model: Model, index: int) -> bool:
    """Returns whether the values of a tensor are probabilities, once they are dequantised.

    So are the results of SOFTMAX and LOGISTIC, and what is quantised as TFLite's specification fixes it for these two
    alone: a scale of 1/256 (int16: 1/32768) from the lowest value on. Integers without a scale tell nothing.
    """
    tensor = model.tensors[index]
    if tensor.kind.integer_range is not None and tensor.scale is None:
        return False
    return _is_quantised_so(tensor) or _is_written_so(model, index)


def _is_quantised_so(tensor: Tensor) -> bool:
    if tensor.kind.integer_range is None:
        return False
    least, greatest = tensor.kind.integer_range
    steps = greatest + 1 if tensor.kind.bits == 16 else greatest - least + 1
    start = 0 if tensor.kind.bits == 16 else least
    return tensor.scale == 1 / steps and tensor.zero_point == start


def _is_written_so(model: Model, index: int) -> bool:
    writers: dict[int, Operator] = {output: operator for operator in model.operators for output in operator.outputs}
    for _ in model.operators:
        writer = writers.get(index)
        if writer is None or writer.op not in _PASSING | _GIVING:
            return False
        if writer.op in _GIVING:
            return True
        if not writer.inputs:
            return False
        index = writer.inputs[0]
    return False
