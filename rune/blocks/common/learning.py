"""Shared parts of the blocks that learn from rows of features, and of `train_test_split`."""

from __future__ import annotations

from rune.blocks.common.predictions import F64
from rune.blocks.refusals import checked_input
from rune.blocks.signature import BlockError, BlockOutput
from rune.tensor import ElementType, TensorType


def rows_and_targets(block: str, inputs: tuple[TensorType, ...]) -> tuple[int, int]:
    """Returns how many rows and features the first input has; the second has a number for each row."""
    rows = features_of(block, inputs, 0)
    targets = checked_input(block, inputs, 1, F64, "targets")
    if targets.count != rows.dimensions[0]:
        raise BlockError(f"{rows} needs a target for each of its rows, and not {targets}", input_index=1)
    return rows.dimensions[0], rows.dimensions[1]


def predictions(block: str, inputs: tuple[TensorType, ...]) -> tuple[BlockOutput, ...]:
    """A number for each row to predict, of the rows to learn from, each with a target, and those to predict, of as many
    features. Raises `BlockError`."""
    if len(inputs) != 3:
        raise BlockError(
            f"{block} takes 3 inputs, rows to learn from, their targets and rows to predict, and not {len(inputs)}"
        )
    rows, features = rows_and_targets(block, inputs)
    if rows < 2:
        raise BlockError(f"there is nothing to learn from {rows} row: it takes at least 2", input_index=0)
    queries = features_of(block, inputs, 2)
    if queries.dimensions[1] != features:
        raise BlockError(f"it learns from {features} features a row, and {queries} has others", input_index=2)
    return (BlockOutput(TensorType(ElementType.F64, (queries.dimensions[0],))),)


def coordinate_descent_memory(rows: int, features: int) -> int:
    """Bytes that coordinate_descent.h works in: the features in columns, four numbers for each, and what is left of the
    targets."""
    return 8 * (rows * features + 4 * features + rows)


def features_of(block: str, inputs: tuple[TensorType, ...], index: int) -> TensorType:
    """An input that has rows of features. Raises `BlockError`."""
    type_ = checked_input(block, inputs, index, F64, "rows of features")
    if len(type_.dimensions) != 2:
        raise BlockError(f"{block} takes rows of features, f64[rows, features], and not {type_}", input_index=index)
    return type_
