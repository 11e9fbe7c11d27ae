"""The block `metric`: seven measures of predictions at once. The C is in metric.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.predictions import check_predictions, scores
from rune.blocks.signature import Arguments, Block, BlockCode, BlockOutput, Category
from rune.tensor import TensorType


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    check_predictions("metric", inputs)
    return scores(7)


def _code(inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    return BlockCode("rune_metric", numbers=(inputs[0].count,))


BLOCK = Block(
    name="metric",
    summary="Measures predictions of two classes: F1, precision, recall, area under the curve, mean errors and R2.",
    header=Path(__file__).parent / "metric.h",
    arguments=(),
    outputs=_outputs,
    code=_code,
    category=Category.SCORES,
)
