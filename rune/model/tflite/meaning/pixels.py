"""The pixel range that a float model expects, as far as its file tells: with another range its results are wrong.

The metadata says it outright. Else the first operators may: what they take away or multiply by fits one range only.
Most models of floats say nothing, and that is an answer too.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from enum import Enum
from typing import Final

from rune.model.tflite.model import Model, Normalization, Operator, Tensor, TensorKind


class PixelRange(Enum):
    """The range that a model expects for pixels of 0 to 255. The value is the text for people."""

    UNIT = "0 to 1"
    BYTES = "0 to 255"
    SIGNED = "-1 to 1"


@dataclass(frozen=True)
class PixelAdvice:
    """The range, None for one that has no name here, and what in the file says so, as the start of a sentence."""

    range: PixelRange | None
    reason: str
    normalization: Normalization | None = None
    """The normalisation of pixels according to the metadata."""

    @property
    def ends(self) -> tuple[float, float] | None:
        """The least and the greatest number that a pixel becomes."""
        if self.range is not None:
            return _ENDS[self.range]
        if self.normalization is None:
            return None
        ends = _normalised_ends(self.normalization)
        return min(min(each) for each in ends), max(max(each) for each in ends)


def _normalised_ends(normalization: Normalization) -> list[tuple[float, float]]:
    """Returns the normalised values of 0 and 255, channel by channel."""
    return [
        (-mean / std, (255.0 - mean) / std) for mean, std in zip(normalization.mean, normalization.std, strict=True)
    ]


_MOST_OPERATORS: Final = 12
"""Operators that are looked at behind the input."""
_PASSED_OPS: Final = frozenset({"RESHAPE", "PAD", "PADV2", "MIRROR_PAD", "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"})
"""Operators that leave numbers where they are, or between those that there were."""
_ALIKE: Final = 0.1
"""How far from a range, as a part of its length, the one that a quantisation covers may be."""
_ENDS: Final = {PixelRange.UNIT: (0.0, 1.0), PixelRange.BYTES: (0.0, 255.0), PixelRange.SIGNED: (-1.0, 1.0)}


def pixel_advice(model: Model, position: int) -> PixelAdvice | None:
    """Returns the file's advice on the input at `position`; None where there is none."""
    if position < len(model.normalizations) and (normalization := model.normalizations[position]) is not None:
        numbers = (
            f"the mean {_number_list(normalization.mean)} and the standard deviation {_number_list(normalization.std)}"
        )
        return PixelAdvice(_covering(_normalised_ends(normalization)), f"its metadata gives {numbers}", normalization)
    return _advice_of_operators(model, model.inputs[position])


def _advice_of_operators(model: Model, index: int) -> PixelAdvice | None:
    """Follows the input through arithmetic with constants: the model computes factor * x + shift of it."""
    factor, shift = 1.0, 0.0
    for operator in _readers(model, index):
        if operator.op == "QUANTIZE" and factor == 1.0 and shift == 0.0:
            return _advice_of_quantisation(model.tensors[operator.outputs[0]])
        if operator.op in _PASSED_OPS:
            continue
        constant = _constant(model, operator)
        if constant is None:
            break
        match operator.op:
            case "MUL":
                factor, shift = factor * constant, shift * constant
            case "DIV":
                factor, shift = factor / constant, shift / constant
            case "ADD":
                shift += constant
            case "SUB":
                shift -= constant
    return _advice_of_arithmetic(factor, shift)


def _advice_of_quantisation(tensor: Tensor) -> PixelAdvice | None:
    """An input that is quantised at once: what the integers can hold is what they were calibrated for."""
    limits, scale, zero = tensor.kind.integer_range, tensor.scale, tensor.zero_point
    if limits is None or scale is None or zero is None:
        return None
    low, high = (scale * (limit - zero) for limit in limits)
    pixel_range = _covering([(low, high)])
    if pixel_range is None:
        return None
    return PixelAdvice(pixel_range, f"its first operator quantises numbers from {low:.4g} to {high:.4g}")


def _advice_of_arithmetic(factor: float, shift: float) -> PixelAdvice | None:
    if not (math.isfinite(factor) and math.isfinite(shift)) or factor == 0:
        return None
    centre = -shift / factor
    reason = f"its first operators compute {factor:.4g} * x {'-' if shift < 0 else '+'} {abs(shift):.4g}"
    if abs(factor) <= 1 / 32 or centre > 16:
        return PixelAdvice(PixelRange.BYTES, reason)
    if factor >= 1.5 and 0 < centre <= 1:
        return PixelAdvice(PixelRange.UNIT, reason)
    return None


def _covering(ends: list[tuple[float, float]]) -> PixelRange | None:
    """The range that all these are, about."""
    for candidate, (low, high) in _ENDS.items():
        slack = _ALIKE * (high - low)
        if all(abs(start - low) <= slack and abs(end - high) <= slack for start, end in ends):
            return candidate
    return None


def _readers(model: Model, index: int) -> list[Operator]:
    """The operators that follow one another from a tensor on, each its only reader."""
    operators: list[Operator] = []
    while len(operators) < _MOST_OPERATORS:
        readers = [each for each in model.operators if index in each.inputs]
        if len(readers) != 1 or len(readers[0].outputs) != 1:
            break
        operators.append(readers[0])
        index = readers[0].outputs[0]
    return operators


def _constant(model: Model, operator: Operator) -> float | None:
    """The number that stands on the other side: the mean over the channels. None where there is none of this kind."""
    if operator.op not in ("MUL", "DIV", "ADD", "SUB") or len(operator.inputs) != 2:
        return None
    data = [model.tensors[each] for each in operator.inputs if each >= 0 and model.tensors[each].data is not None]
    is_behind = operator.inputs[1] >= 0 and model.tensors[operator.inputs[1]].data is not None
    if len(data) != 1 or (operator.op in ("DIV", "SUB") and not is_behind):
        return None
    tensor = data[0]
    if tensor.kind is not TensorKind.FLOAT32 or tensor.data is None or not 1 <= tensor.count <= 4:
        return None
    numbers = struct.unpack(f"<{tensor.count}f", tensor.data)
    mean = sum(numbers) / len(numbers)
    return mean if math.isfinite(mean) and not (mean == 0 and operator.op in ("MUL", "DIV")) else None


def _number_list(numbers: tuple[float, ...]) -> str:
    return ", ".join(f"{number:.6g}" for number in dict.fromkeys(numbers))
