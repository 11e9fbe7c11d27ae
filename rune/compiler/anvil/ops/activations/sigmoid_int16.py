"""LOGISTIC and TANH of int16: one table of the logistic function, with a straight line between its entries.

    tanh(x) = 2 logistic(2 x) - 1        logistic(-x) = 1 - logistic(x)

The table has 256 entries, 1/24 apart, as parts of 2**16, each raised by half of what the line behind it misses in
the middle; the last one is the greatest number of 16 bits, and the function from there on. An input is brought to
its units by a multiplier and a shift. The output counts 1/32768. Source: TFLite's kernel `activations.cc`
(`SigmoidPrepare`, `TanhPrepare`) and its reference kernels `reference_integer_ops::Logistic` and `Tanh`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from rune import arithmetic
from rune.compiler.anvil.channels import ChannelRange, Mask
from rune.compiler.anvil.computation import Array, CarriesChannels, Computation
from rune.compiler.anvil.operation import ModelOp
from rune.compiler.anvil.ops.types import BEYOND_32_BITS
from rune.compiler.anvil.requantisation.fixed_point import scale_of

ENTRIES = 256
LAST = ENTRIES - 1


class Sigmoid(Enum):
    """Says which function; the value is its name in C."""

    LOGISTIC = "logistic"
    TANH = "tanh"

    @property
    def bits(self) -> int:
        """Returns the bits of a place between two entries."""
        return 9 if self is Sigmoid.LOGISTIC else 8


@dataclass(frozen=True)
class SigmoidInt16(Computation, CarriesChannels):
    """The sigmoid of `count` numbers, each times `multiplier`, shifted right with rounding."""

    function: Sigmoid
    count: int
    multiplier: int
    shift: int

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        half = 1 << (self.shift - 1) if self.shift else 0
        places = (inputs[0].astype(np.int64) * self.multiplier + half) >> self.shift
        bits, table = self.function.bits, table_of_logistic().astype(np.int64)
        whole = np.minimum(np.abs(places) >> bits, LAST)
        rest = np.abs(places) & ((1 << bits) - 1)
        between = (table[whole] << bits) + rest * (table[np.minimum(whole + 1, LAST)] - table[whole])
        if self.function is Sigmoid.LOGISTIC:
            results = np.where(whole == LAST, (2**15 - 1) << 10, between)
            return ((np.where(places >= 0, results + 2**9, 2**25 - results + 2**9 - 1) >> 10).astype(np.int16),)
        results = np.where(whole == LAST, (2**16 - 1) << 8, between) - 2**23
        return (((np.where(places >= 0, results, -results - 1) + 2**7) >> 8).astype(np.int16),)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        ends = (self.evaluate(end)[0].astype(np.int64) for end in (inputs[0].least, inputs[0].greatest))
        return ChannelRange(*ends)

    def carrying(self, keep: Mask) -> Computation:
        return replace(self, count=self.count // len(keep) * int(keep.sum()))


@cache
def table_of_logistic() -> NDArray[np.uint16]:
    """logistic(i / 24) as parts of 2**16."""
    exact = np.array([2.0**16 / (1.0 + arithmetic.exp(-place / 48)) for place in range(2 * ENTRIES - 1)])
    entries, middles = exact[::2], exact[1::2]
    errors = middles - (entries[:-1] + entries[1:]) / 2
    return np.append(np.floor(entries[:-1] + errors / 2 + 0.5), 2**16 - 1).astype(np.uint16)


def sigmoid_refusal(op: ModelOp) -> str | None:
    """Returns why the function of a tensor of int16 cannot be computed, whose scales are right."""
    if scale_of(op.output) != (2.0**-15, 0):
        return "an output that is not in units of 1/32768"
    return BEYOND_32_BITS if _multiplier(op)[0] >= 2**16 else None


def logistic(op: ModelOp) -> SigmoidInt16:
    return _sigmoid(op, Sigmoid.LOGISTIC)


def tanh(op: ModelOp) -> SigmoidInt16:
    return _sigmoid(op, Sigmoid.TANH)


def _sigmoid(op: ModelOp, function: Sigmoid) -> SigmoidInt16:
    multiplier, shift = _multiplier(op)
    power = math.log2(scale_of(op.input(0))[0])
    if abs(power - round(power)) < 1e-3 and 12 + round(power) in _PLAIN[function]:
        multiplier, shift = 3 << (12 + round(power)), 0
    return SigmoidInt16(function, op.output.count, multiplier, shift)


_PLAIN = {Sigmoid.LOGISTIC: (0,), Sigmoid.TANH: (0, 1)}
"""For which powers of two, counted from 2**-12, the reference takes a scale as it is."""


def _multiplier(op: ModelOp) -> tuple[int, int]:
    """Returns the multiplier from the input's scale to 1 / (3 * 4096): at most 15 bits, where the scale allows it,
    and a shift to the right."""
    multiplier, shift = scale_of(op.input(0))[0] * 4096 * 3, 0
    while multiplier <= (2**15 - 1) / 2 and shift <= 30:
        multiplier, shift = multiplier * 2, shift + 1
    return int(multiplier), shift
