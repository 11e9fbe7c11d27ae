"""Small ONNX files written byte by byte: the format is protocol buffers, and a few fields are all that is needed."""

from __future__ import annotations

import struct
from collections.abc import Sequence

FLOAT, INT64 = 1, 7
Part = int | bytes | str


def message(*fields: tuple[int, Part]) -> bytes:
    """Fields by number, in order; a number is a varint, everything else has its length in front."""
    return b"".join(_field(number, value) for number, value in fields)


def _field(number: int, value: Part) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def value_info(name: str, dimensions: Sequence[int | str], element: int = FLOAT) -> bytes:
    """An input or output; a dimension of text is one that is left open."""
    shape = message(*((1, message((1, size) if isinstance(size, int) else (2, size))) for size in dimensions))
    return message((1, name), (2, message((1, message((1, element), (2, shape))))))


def tensor(name: str, values: Sequence[float], *more: tuple[int, Part]) -> bytes:
    """A constant f32 of one dimension."""
    return message((1, len(values)), (2, FLOAT), (8, name), (9, struct.pack(f"<{len(values)}f", *values)), *more)


def model(graph: bytes) -> bytes:
    return message((1, 8), (7, graph), (8, message((1, ""), (2, 13))))


def adding(dimensions: Sequence[int | str] = (1, 3), weights: bytes | None = None) -> bytes:
    """f32 a + constant [0.5, 1.5, 2.5] -> f32."""
    constant = tensor("w", [0.5, 1.5, 2.5]) if weights is None else weights
    return model(
        message(
            (1, message((1, "a"), (1, "w"), (2, "sum"), (4, "Add"))),
            (2, "adding"),
            (5, constant),
            (11, value_info("a", dimensions)),
            (12, value_info("sum", dimensions)),
        )
    )
