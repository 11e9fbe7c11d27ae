"""What the blocks share that learn from rows of features: `linear_regression` and `train_test_split`."""

from __future__ import annotations

from rune.blocks.predictions import F64
from rune.blocks.refusals import checked_input
from rune.blocks.signature import BlockError
from rune.tensor import TensorType


def rows_and_targets(block: str, inputs: tuple[TensorType, ...]) -> tuple[int, int]:
    """How many rows the first input has, and of how many features; the second has a number for each row."""
    rows = features_of(block, inputs, 0)
    targets = checked_input(block, inputs, 1, F64, "targets")
    if targets.count != rows.dimensions[0]:
        raise BlockError(f"{rows} needs a target for each of its rows, and not {targets}", input_index=1)
    return rows.dimensions[0], rows.dimensions[1]


def features_of(block: str, inputs: tuple[TensorType, ...], index: int) -> TensorType:
    """An input that has rows of features. Raises `BlockError`."""
    given = checked_input(block, inputs, index, F64, "rows of features")
    if len(given.dimensions) != 2:
        raise BlockError(f"{block} takes rows of features, f64[rows, features], and not {given}", input_index=index)
    return given
