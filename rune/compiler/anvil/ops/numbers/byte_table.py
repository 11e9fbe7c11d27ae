"""A byte for a byte: a QUANTIZE between scales, a function of floats between bytes, and what a pass makes of a chain of
elementwise ops and blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.channels import ChannelRange, Mask
from rune.compiler.anvil.computation import Array, CarriesChannels, Computation
from rune.compiler.anvil.operation import ModelOp, require
from rune.compiler.anvil.requantisation.fixed_point import Integers, scale_of
from rune.compiler.anvil.rows import ByRows, RowWork
from rune.compiler.anvil.signed_bytes import HIGHEST_BIT
from rune.tensor import ElementType, TensorType

BYTES = np.arange(256, dtype=np.uint8).view(np.int8).astype(np.int64)
"""The bytes from 0 to 255 as int8."""


def in_floats(op: ModelOp, function: Callable[[Array], Array]) -> Integers:
    """The bytes of a function of the numbers that int8 stands for, in single precision: rounded to the nearest, halves
    away from zero. Source: TFLite's `LUTPopulate` (`internal/common.h`). Raises `Contradiction` for scales with which
    that leaves 32 bits, where the reference's conversion is not defined."""
    (scale, zero_point), (output_scale, output_zero_point) = scale_of(op.input(0)), scale_of(op.output)
    with np.errstate(over="ignore", invalid="ignore"):  # infinity has its place in a table too
        numbers = (BYTES - zero_point).astype(np.float32) * np.float32(scale)
        units = function(numbers) * (np.float32(1) / np.float32(output_scale))
    require(bool((np.abs(units) < 2.0**31).all()), "its scales are too far apart")
    rounded = np.sign(units) * np.floor(np.abs(units) + np.float32(0.5))
    return np.clip(rounded.astype(np.int64) + output_zero_point, -128, 127)


@dataclass(frozen=True, eq=False)
class ByteTable(Computation, CarriesChannels, ByRows):
    """Each byte, as a number from 0 to 255, is a place in the table of 256 bytes. `is_signed` says what the bytes are:
    int8, or uint8; of the input and of the output. `keeps_channels` says whether both have the same channels."""

    count: int
    table: NDArray[np.uint8]
    is_signed: tuple[bool, bool]
    keeps_channels: bool = True

    is_elementwise = True

    @staticmethod
    def flip(source: TensorType, result: TensorType) -> ByteTable:
        """Returns the table from uint8 to int8 or back: each byte with its highest bit flipped."""
        signed = (source.element is ElementType.I8, result.element is ElementType.I8)
        return ByteTable(result.count, np.arange(256, dtype=np.uint8) ^ np.uint8(HIGHEST_BIT), signed)

    @property
    def is_flip(self) -> bool:
        """Whether the highest bit of each byte is flipped, and nothing else is done."""
        return bool(np.array_equal(self.table, np.arange(256) ^ HIGHEST_BIT))

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        return (self.table[inputs[0].view(np.uint8)].view(np.int8 if self.is_signed[1] else np.uint8),)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        if self.is_signed != (True, True) or not self.keeps_channels:
            return None
        values = np.concatenate([self.table[128:], self.table[:128]]).view(np.int8).astype(np.int64)  # from -128 on
        spans = [
            values[least + 128 : greatest + 129]
            for least, greatest in zip(inputs[0].least, inputs[0].greatest, strict=True)
        ]
        return ChannelRange(np.array([span.min() for span in spans]), np.array([span.max() for span in spans]))

    def row_work(self, rows: int) -> RowWork:
        return RowWork(replace(self, count=self.count // rows), rows)

    def carrying(self, keep: Mask) -> Computation | None:
        if not self.keeps_channels:
            return None
        return ByteTable(self.count // len(keep) * int(keep.sum()), self.table, self.is_signed)
