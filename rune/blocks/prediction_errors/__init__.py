"""The block `prediction_errors`: how far predictions are off. The C is in prediction_errors.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.predictions import check_predictions, scores
from rune.blocks.signature import (
    Arguments,
    Block,
    BlockCode,
    BlockOutput,
    Category,
)
from rune.tensor import TensorType


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    check_predictions("prediction_errors", inputs)
    return scores(2)


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
