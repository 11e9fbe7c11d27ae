"""Records the exact outputs of a block's runs in a test: the count of bytes, their CRC, and the first bytes.

The records of two machines that ran the same test can be compared. NaN has one canonical form.
"""

from __future__ import annotations

import math
import struct
from binascii import crc32
from collections.abc import Sequence
from dataclasses import dataclass

from rune.tensor import ElementType, TensorType

MAX_STORED_BYTES = 1024
"""The maximum number of bytes that are stored themselves."""
WITNESS = TensorType(ElementType.U8, (8 + MAX_STORED_BYTES,))
"""The count of all bytes, their CRC-32, and the first bytes."""
CODES = {
    ElementType.U8: "B", ElementType.I8: "b", ElementType.U16: "H", ElementType.I16: "h", ElementType.U32: "I",
    ElementType.I32: "i", ElementType.I64: "q", ElementType.F32: "f", ElementType.F64: "d",
}  # fmt: skip


@dataclass(frozen=True)
class OutputRecord:
    """The bytes of all outputs, run after run. `first` are the first bytes, in hexadecimal."""

    count: int = 0
    sum: int = 0
    first: str = ""

    def and_then(self, data: bytes) -> OutputRecord:
        """Returns the record with the bytes of one more output."""
        first = data[: max(MAX_STORED_BYTES - self.count, 0)]
        return OutputRecord(self.count + len(data), crc32(data, self.sum), self.first + first.hex())


@dataclass(frozen=True)
class OutputPiece:
    """An output of one run in a record. `element` is the name of its type. `run` counts from 1, `output` from 0."""

    run: int
    output: int
    element: str
    size: int


def packed(type_: TensorType, elements: Sequence[bool | int | float]) -> bytes:
    """Returns the bytes of an array, with canonical NaN."""
    numbers = [math.nan if isinstance(each, float) and math.isnan(each) else each for each in elements]
    return struct.pack(f"<{type_.count}{CODES[type_.element]}", *numbers)


def output_record_of(witness: bytes) -> OutputRecord:
    """Reads the record from the output array of a compiled test."""
    count, sum_ = struct.unpack_from("<II", witness)
    return OutputRecord(count, sum_, witness[8 : 8 + min(count, MAX_STORED_BYTES)].hex())


def with_output(witness: Sequence[int], data: bytes) -> bytes:
    """Returns the output array with one more output."""
    before = output_record_of(bytes(witness))
    record = before.and_then(data)
    return struct.pack("<II", record.count, record.sum) + bytes.fromhex(record.first).ljust(MAX_STORED_BYTES, b"\0")
