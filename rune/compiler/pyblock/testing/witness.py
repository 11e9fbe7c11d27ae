"""What the runs of a block in a test gave, to the last bit: how many bytes, their sum, and the first of them.

Two machines that ran the same test are compared by it. What is no number has one form.
"""

from __future__ import annotations

import math
import struct
from binascii import crc32
from collections.abc import Sequence
from dataclasses import dataclass

from rune.tensor import ElementType, TensorType

KEPT = 1024
"""Bytes that are kept as they are."""
WITNESS = TensorType(ElementType.U8, (8 + KEPT,))
"""The count of all bytes, their CRC-32, and the first of them."""
CODES = {
    ElementType.U8: "B", ElementType.I8: "b", ElementType.U16: "H", ElementType.I16: "h", ElementType.U32: "I",
    ElementType.I32: "i", ElementType.I64: "q", ElementType.F32: "f", ElementType.F64: "d",
}  # fmt: skip


@dataclass(frozen=True)
class Gave:
    """All bytes that the outputs had, run after run. `first` are the first of them, as hexadecimal digits."""

    count: int = 0
    sum: int = 0
    first: str = ""

    def and_then(self, data: bytes) -> Gave:
        """With the bytes of one more output."""
        kept = data[: max(KEPT - self.count, 0)]
        return Gave(self.count + len(data), crc32(data, self.sum), self.first + kept.hex())


@dataclass(frozen=True)
class Piece:
    """An output of one run among these bytes, by its element's name: `f32`. `run` counts from 1, `output` from 0."""

    run: int
    output: int
    element: str
    size: int


def packed(type_: TensorType, elements: Sequence[bool | int | float]) -> bytes:
    """The bytes of an array; what is no number has one form."""
    numbers = [math.nan if isinstance(each, float) and math.isnan(each) else each for each in elements]
    return struct.pack(f"<{type_.count}{CODES[type_.element]}", *numbers)


def gave_of(witness: bytes) -> Gave:
    """What the array of a compiled test says."""
    count, sum_ = struct.unpack_from("<II", witness)
    return Gave(count, sum_, witness[8 : 8 + min(count, KEPT)].hex())


def witnessed(witness: Sequence[int], data: bytes) -> bytes:
    """The array after one more output."""
    before = gave_of(bytes(witness))
    gave = before.and_then(data)
    return struct.pack("<II", gave.count, gave.sum) + bytes.fromhex(gave.first).ljust(KEPT, b"\0")
