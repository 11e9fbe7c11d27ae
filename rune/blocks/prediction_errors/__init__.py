"""The block `prediction_errors`: how far predictions are off. The C is in prediction_errors.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.signature import (
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
)
from rune.tensor import ElementType, TensorType


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 2:
        raise BlockError(
            f"prediction_errors takes 2 inputs, what is true and what was predicted, and not {len(inputs)}"
        )
    for index, given in enumerate(inputs):
        if given.element is not ElementType.F64 or given.count < 1:
            raise BlockError(f"prediction_errors takes f64 and not {given}", input_index=index)
    if inputs[0].count != inputs[1].count:
        raise BlockError(
            f"prediction_errors compares as many predictions as truths, and not {inputs[1]}", input_index=1
        )
    one = BlockOutput(TensorType(ElementType.F64, (1,)))
    return (one, one)


def _code(inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    return BlockCode("rune_prediction_errors", numbers=(inputs[0].count,))


BLOCK = Block(
    name="prediction_errors",
    summary="Says how far predictions are off: the mean absolute and the mean square error.",
    header=Path(__file__).parent / "prediction_errors.h",
    arguments=(),
    outputs=_outputs,
    code=_code,
    aliases=("prediction-errors",),
    category=Category.SCORES,
)
