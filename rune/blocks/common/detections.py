"""Shared parts of the blocks after detectors: tables of boxes and scores, with or without a batch of one."""

from __future__ import annotations

from collections.abc import Sequence

from rune.blocks.refusals import FLOATS, checked_input
from rune.blocks.signature import BlockError
from rune.tensor import TensorType

SIDES = 4
"""Numbers of a box: top, left, bottom, right."""


def table(block: str, inputs: Sequence[TensorType], index: int, what: str) -> tuple[int, int]:
    """The rows and columns of an input `[rows, columns]` or `[1, rows, columns]`. Raises `BlockError`."""
    type_ = checked_input(block, inputs, index, FLOATS, what)
    sizes = type_.dimensions[1:] if len(type_.dimensions) == 3 and type_.dimensions[0] == 1 else type_.dimensions
    if len(sizes) != 2:
        message = f"{block} takes {what} as [rows, columns] or [1, rows, columns], and not {type_}"
        raise BlockError(message, input_index=index)
    return sizes[0], sizes[1]


def boxes(block: str, inputs: Sequence[TensorType], index: int) -> int:
    """Returns how many boxes there are. Raises `BlockError`."""
    rows, columns = table(block, inputs, index, "boxes")
    if columns != SIDES:
        raise BlockError(
            f"{block} takes boxes of 4 numbers, such as f32[1, 100, 4], and not {inputs[index]}", input_index=index
        )
    return rows
