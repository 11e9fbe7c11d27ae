"""Reads of a TensorFlow Lite model the few tables that `check_certificate.py` needs, with nothing but Python and NumPy.

Bytes without a sign count from -128 on, as a rune computes with them. A file that is broken ends in any exception.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

import numpy as np

INT8, UINT8, INT4 = 9, 3, 17
"""Types of tensors, by their number."""


class Table:
    """A table of a flatbuffer: fields by their number."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at
        self.layout = at - struct.unpack_from("<i", data, at)[0]

    def place(self, field: int) -> int:
        """Where a field is; 0 where it is absent."""
        slot = 4 + 2 * field
        if slot >= struct.unpack_from("<H", self.data, self.layout)[0]:
            return 0
        offset = struct.unpack_from("<H", self.data, self.layout + slot)[0]
        return self.at + offset if offset else 0

    def number(self, field: int, kind: str = "<i", default: int = 0) -> int:
        """A number."""
        place = self.place(field)
        return int(struct.unpack_from(kind, self.data, place)[0]) if place else default

    def table(self, field: int) -> Table | None:
        """A table."""
        place = self.place(field)
        return Table(self.data, place + struct.unpack_from("<I", self.data, place)[0]) if place else None

    def array(self, field: int, kind: str) -> np.ndarray:
        """A vector of numbers; empty where it is absent."""
        place = self.place(field)
        if not place:
            return np.zeros(0, kind)
        place += struct.unpack_from("<I", self.data, place)[0]
        return np.frombuffer(self.data, kind, struct.unpack_from("<I", self.data, place)[0], place + 4)

    def tables(self, field: int) -> list[Table]:
        """A vector of tables."""
        offsets, place = self.array(field, "<u4"), self.place(field)
        start = place + struct.unpack_from("<I", self.data, place)[0] + 4 if place else 0
        return [Table(self.data, start + 4 * number + int(offset)) for number, offset in enumerate(offsets)]


@dataclass(frozen=True)
class Tensor:
    """A tensor: its numbers count from `zero_point`. `data` is a constant's."""

    kind: int
    shape: tuple[int, ...]
    scales: np.ndarray
    zero_point: int
    data: np.ndarray | None

    @property
    def is_bytes(self) -> bool:
        """Whether it holds quantised bytes."""
        return self.kind in (INT8, UINT8) and len(self.scales) > 0

    @property
    def is_unsigned(self) -> bool:
        """Whether it has no sign in the file."""
        return self.kind == UINT8

    @property
    def channels(self) -> int:
        """Its last dimension."""
        return self.shape[-1] if self.shape else 1


@dataclass(frozen=True)
class Operator:
    """An operator: numbers of tensors, -1 for one that is left out."""

    code: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Table | None


@dataclass(frozen=True)
class Graph:
    """The graph that a model runs."""

    tensors: list[Tensor]
    operators: list[Operator]
    outputs: list[int]


def read_graphs(data: bytes) -> list[Graph]:
    """The model's graphs; the first is the one that runs, the others may be called by it."""
    model = Table(data, struct.unpack_from("<I", data, 0)[0])
    codes = [max(each.number(0, "<b"), each.number(3)) for each in model.tables(1)]
    buffers = [each.array(0, "<u1") for each in model.tables(4)]
    return [
        Graph(
            [_tensor(each, buffers) for each in graph.tables(0)],
            [
                Operator(
                    codes[each.number(0, "<I")],
                    tuple(map(int, each.array(1, "<i4"))),
                    tuple(map(int, each.array(2, "<i4"))),
                    each.table(4),
                )
                for each in graph.tables(3)
            ],
            list(map(int, graph.array(2, "<i4"))),
        )
        for graph in model.tables(2)
    ]


def _tensor(table: Table, buffers: list[np.ndarray]) -> Tensor:
    kind, quantization = table.number(1, "<b"), table.table(4)
    data = buffers[table.number(2, "<I")]
    scales = quantization.array(2, "<f4").astype(np.float64) if quantization else np.zeros(0)
    zeros = quantization.array(3, "<i8") if quantization else np.zeros(0)
    zero = int(zeros[0]) if len(zeros) else 0
    shape = tuple(map(int, table.array(0, "<i4")))
    if table.place(6):
        raise ValueError("a sparse tensor")
    return Tensor(kind, shape, scales, zero - 128 if kind == UINT8 else zero, data if len(data) else None)


def bytes_of(tensor: Tensor) -> np.ndarray:
    """A constant's numbers, counted from its zero point."""
    if tensor.data is None or tensor.kind not in (INT8, UINT8, INT4):
        raise ValueError("weights that are no constant bytes")
    numbers = tensor.data.view(np.int8).astype(np.int64)
    if tensor.kind == INT4:  # two in a byte, the first in the lower half
        halves = np.stack([numbers << 4, numbers], axis=1).reshape(-1)[: math.prod(tensor.shape)]
        numbers = halves.astype(np.int8).astype(np.int64) >> 4
    if tensor.kind == UINT8:
        numbers = (numbers & 255) - 128
    return numbers.reshape(tensor.shape) - tensor.zero_point
