"""How sums of products become bytes: the multipliers, and the range of the output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rune.anvil.fixed_point import Multiplier, activation_range, multiplier, scale_of
from rune.anvil.operation import require
from rune.tflite import Activation, Tensor

LARGEST_EXPONENT = 30
"""The largest left shift of 32 bits."""


@dataclass(frozen=True)
class OutputRange:
    """The output's zero point and the least and greatest byte that the fused activation leaves."""

    zero_point: int
    minimum: int
    maximum: int

    @staticmethod
    def of(activation: Activation, output: Tensor) -> OutputRange:
        return OutputRange(scale_of(output)[1], *activation_range(activation, output))


def multipliers_of(reals: Sequence[float]) -> tuple[Multiplier, ...]:
    """The multipliers. Raises `Contradiction` for scales so far apart that a sum would be shifted away."""
    found = tuple(multiplier(real) for real in reals)
    require(all(each.exponent <= LARGEST_EXPONENT for each in found), "its scales are too far apart")
    return found
