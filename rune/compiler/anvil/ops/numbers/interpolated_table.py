"""Functions of int16 by a table of 513 numbers, with a straight line between two of them.

Each entry is moved by half of what the line misses in the middle behind it. Source: TFLite's `LUTPopulateInt16` and
`LUTLookup` (`internal/common.h`), which compute in single precision, or in double for SOFTMAX.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.requantisation.fixed_point import Integers

STEPS = 512
LEAST, GREATEST = -(2**15), 2**15 - 1


@dataclass(frozen=True, eq=False)
class InterpolatedTable(Computation):
    """The table's values of `count` numbers."""

    count: int
    table: NDArray[np.int16]

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        return (looked_up(inputs[0], self.table).astype(np.int16),)


def looked_up(values: Array, table: NDArray[np.int16]) -> Integers:
    """Returns the table's entries for numbers of 16 bits."""
    wide, numbers = table.astype(np.int64), values.astype(np.int64)
    place = (numbers >> 7) + STEPS // 2
    # A slope has 16 bits, and wraps.
    slope = (wide[place + 1] - wide[place]).astype(np.int16).astype(np.int64)
    return np.asarray((wide[place] + ((slope * (numbers & 127) + 64) >> 7)).astype(np.int16), np.int64)


def populated(
    function: Callable[[Array], Array],
    source: tuple[float, int],
    result: tuple[float, int],
    kind: type[np.floating[Any]],
) -> NDArray[np.int16]:
    """The table of a function of real numbers, for a scale and a zero point of its input and of its output. All is
    computed in floats of the kind."""
    (scale, zero_point), (output_scale, output_zero_point) = source, result
    first, last = (kind(scale) * kind(end - zero_point) for end in (LEAST, GREATEST))
    low, high = (kind(output_scale) * kind(end - output_zero_point) for end in (LEAST, GREATEST))
    step, units = (last - first) / kind(STEPS), kind(2**16) / (high - low)
    places = first + np.arange(STEPS + 1).astype(kind) * step
    entries = function(places) * units
    middles = function(places[:-1] + step / kind(2)) * units
    rounded_entries = _rounded(entries)
    lines = _rounded((entries[1:] + rounded_entries[:-1]) / kind(2))
    corrected_entries = rounded_entries[:-1] - _rounded((lines - _rounded(middles)) / kind(2))
    end = _rounded(function(np.array([last], kind)) * units)
    table = np.clip(np.concatenate([corrected_entries, end]), LEAST, GREATEST)
    return np.asarray(table, np.int16)


def _rounded(values: Array) -> Array:
    """To nearest, halves away from zero."""
    whole = np.trunc(values)
    return np.asarray(whole + np.sign(values) * (np.abs(values - whole) >= values.dtype.type(0.5)))
