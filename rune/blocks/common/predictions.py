"""Shared parts of the blocks that compare predictions with true values."""

from __future__ import annotations

from collections.abc import Collection

from rune.blocks.refusals import checked_input
from rune.blocks.signature import BlockError, BlockOutput
from rune.tensor import ElementType, TensorType

F64 = (ElementType.F64,)


def check_predictions(block: str, inputs: tuple[TensorType, ...], elements: Collection[ElementType] = F64) -> None:
    """Raises `BlockError` unless there are two inputs of one type, what is true and as many predictions."""
    if len(inputs) != 2:
        raise BlockError(f"{block} takes 2 inputs, what is true and what was predicted, and not {len(inputs)}")
    truth = checked_input(block, inputs, 0, elements)
    predictions = checked_input(block, inputs, 1, elements)
    if truth.element is not predictions.element:
        raise BlockError(f"{block} compares numbers of one type, and not {truth} with {predictions}", input_index=1)
    if truth.count != predictions.count:
        raise BlockError(f"{block} compares as many predictions as truths, and not {predictions}", input_index=1)


def scores(count: int) -> tuple[BlockOutput, ...]:
    """Returns so many outputs of one number."""
    return (BlockOutput(TensorType(ElementType.F64, (1,))),) * count
