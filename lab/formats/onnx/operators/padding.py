"""Windows over pictures and series. ONNX says how much padding each side gets; TFLite has two rules.

Padding that neither rule gives is added by an operator in front of the window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.formats.onnx.model import OnnxNode
from lab.formats.onnx.values import Translation, refuse
from lab.refusal import Reason, Refused
from rune.wording import plain, quoted

SAME, VALID = 0, 1
"""TFLite's rules."""


@dataclass(frozen=True)
class PaddedWindow:
    """The steps of a window over the two dimensions of a picture. `before` and `after` are the padding of its sides."""

    kernel: tuple[int, int]
    strides: tuple[int, int]
    dilations: tuple[int, int]
    before: tuple[int, int]
    after: tuple[int, int]

    def output(self, size: Sequence[int]) -> tuple[int, int]:
        """The size of the result for a picture of this size."""
        height, width = (
            (size[one] + self.before[one] + self.after[one] - self.reach(one)) // self.strides[one] + 1
            for one in (0, 1)
        )
        return height, width

    def reach(self, one: int) -> int:
        """Returns how many positions the window covers along a dimension."""
        return (self.kernel[one] - 1) * self.dilations[one] + 1

    def rule(self, size: Sequence[int]) -> int | None:
        """TFLite's rule that pads as this window does, or None if neither does."""
        if self.before == self.after == (0, 0):
            return VALID
        for one in (0, 1):
            steps = -(-size[one] // self.strides[one])
            total = max((steps - 1) * self.strides[one] + self.reach(one) - size[one], 0)
            if (self.before[one], self.after[one]) != (total // 2, total - total // 2):
                return None
        return SAME

    @property
    def strides_and_dilations(self) -> dict[str, Any]:
        return {
            "strideH": self.strides[0],
            "strideW": self.strides[1],
            "dilationHFactor": self.dilations[0],
            "dilationWFactor": self.dilations[1],
        }


WINDOW_ARGUMENTS: dict[str, Any] = {
    "auto_pad": "NOTSET",
    "kernel_shape": (),
    "strides": (),
    "pads": (),
    "dilations": (),
}


def window_of(
    node: OnnxNode,
    attributes: Mapping[str, Any],
    size: Sequence[int],
    kernel: Sequence[int],
    *,
    rounds_up: bool = False,
) -> PaddedWindow:
    """The window of a node over a picture of this size; a series of one dimension is a picture of height 1.

    Raises `Refused`.
    """
    rank = len(kernel)
    strides, dilations = (_numbers(node, attributes[key], (1,) * rank, least=1) for key in ("strides", "dilations"))
    pads = _numbers(node, attributes["pads"], (0,) * (2 * rank), least=0)
    if attributes["kernel_shape"] and tuple(attributes["kernel_shape"]) != tuple(kernel):
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has weights of another size.")
    before, after = list(pads[:rank]), list(pads[rank:])
    rule = attributes["auto_pad"]
    if rule in ("SAME_UPPER", "SAME_LOWER"):
        for one in range(rank):
            reach = (kernel[one] - 1) * dilations[one] + 1
            total = max((-(-size[one] // strides[one]) - 1) * strides[one] + reach - size[one], 0)
            smaller, larger = total // 2, total - total // 2
            before[one], after[one] = (smaller, larger) if rule == "SAME_UPPER" else (larger, smaller)
    elif rule not in ("NOTSET", "VALID", ""):
        raise refuse(node, f"has the padding {plain(str(rule))}, which is not converted.")
    if rounds_up:
        for one in range(rank):
            reach = (kernel[one] - 1) * dilations[one] + 1
            room = size[one] + before[one] + after[one] - reach
            steps = -(-room // strides[one])
            if steps * strides[one] >= size[one] + before[one]:  # a window begins within the picture or before it
                steps -= 1
            after[one] += max(steps * strides[one] - room, 0)
    if any(size[one] + before[one] + after[one] < (kernel[one] - 1) * dilations[one] + 1 for one in range(rank)):
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has a window larger than its input.")
    return PaddedWindow(*(_two(each, other) for each, other in _sides(kernel, strides, dilations, before, after)))


def _sides(
    kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int], before: Sequence[int], after: Sequence[int]
) -> list[tuple[Sequence[int], int]]:
    return [(kernel, 1), (strides, 1), (dilations, 1), (before, 0), (after, 0)]


def _two(values: Sequence[int], default: int) -> tuple[int, int]:
    """Two numbers, also for a series, whose height is 1."""
    return (default, int(values[0])) if len(values) == 1 else (int(values[0]), int(values[1]))


def _numbers(node: OnnxNode, values: Sequence[int], default: tuple[int, ...], *, least: int) -> tuple[int, ...]:
    numbers = tuple(values) or default
    if len(numbers) != len(default) or not all(least <= one <= 1 << 16 for one in numbers):
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has arguments that do not fit its input.")
    return numbers


def padded(translation: Translation, tensor: int, window: PaddedWindow, name: str) -> tuple[int, int]:
    """A picture and TFLite's rule for it: the padding that no rule says is added to the picture."""
    shape = translation.builder.shape_of(tensor)
    rule = window.rule(shape[1:3])
    if rule is not None:
        return tensor, rule
    sides = np.array([(0, 0), *zip(window.before, window.after, strict=True), (0, 0)], np.int32)
    larger = [size + int(sum(side)) for size, side in zip(shape, sides, strict=True)]
    inputs = [tensor, translation.store(f"{name}/sides", sides)]
    return translation.builder.add("PAD", inputs, larger, f"{name}/padded", ("Pad", {})), VALID


def picture(translation: Translation, tensor: int, name: str) -> int:
    """A series with its channels last as a picture of height 1; a picture as it is."""
    shape = translation.builder.shape_of(tensor)
    if len(shape) == 4:
        return tensor
    return translation.reshape(tensor, (shape[0], 1, *shape[1:]), f"{name}/picture")
