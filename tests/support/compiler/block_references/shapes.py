"""References of the blocks that only move elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tests.support.compiler.block_references.case import Arguments, Array, BlockCase, Reference, case, noise, whole


def _whole_numbers(text: str) -> list[int]:
    return [int(word) for word in text.replace(",", " ").split()]


def reshape(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    return [inputs[0].reshape(_whole_numbers(arguments["dimensions"]))]


def transpose(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    return [np.transpose(inputs[0], _whole_numbers(arguments["order"]) or None)]


def concatenate(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    return [np.concatenate(inputs, axis=arguments["axis"])]


def split(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    return np.split(inputs[0], arguments["parts"], axis=arguments["axis"])


REFERENCES: Mapping[str, Reference] = {
    "reshape": reshape,
    "transpose": transpose,
    "concatenate": concatenate,
    "split": split,
}

CASES: Sequence[BlockCase] = (
    case("reshape", "one row", noise(20, 2, 3)),
    case("reshape", "what is left", whole(21, 0, 255, 12), dimensions="1, -1, 3"),
    case("transpose", "rows and columns", noise(22, 2, 3)),
    case("transpose", "bytes", whole(23, 0, 255, 2, 3, 4), order="1, 2, 0"),
    case("transpose", "i16 of four dimensions", whole(24, -9, 9, 2, 1, 3, 2, type_=np.int16), order="3, 0, 2, 1"),
    case("transpose", "f64", np.arange(6, dtype=np.float64).reshape(3, 2), order="1, 0"),
    case("transpose", "one dimension stays", np.arange(3, dtype=np.uint32)),
    case("concatenate", "two rows", noise(25, 1, 3), noise(26, 1, 2)),
    case("concatenate", "three along the first", *(whole(27 + i, 0, 255, i + 1, 2) for i in range(3)), axis=0),
    case("concatenate", "eight", *(np.array([[i], [-i]], np.int16) for i in range(8))),
    case("split", "halves", noise(30, 2, 4)),
    case("split", "three axes", whole(31, -9, 9, 4, 3, type_=np.int8), parts=3),
    case("split", "along the first", np.arange(8, dtype=np.float64).reshape(4, 2), parts=4, axis=0),
    case("split", "eight", np.arange(8, dtype=np.int64), parts=8),
)
