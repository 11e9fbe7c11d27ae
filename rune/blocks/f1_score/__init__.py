"""The block `f1_score`: precision and recall as they were published. The C is in f1_score.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.predictions import check_predictions, scores
from rune.blocks.signature import Arguments, Block, BlockCode, BlockOutput, Category
from rune.tensor import TensorType


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    check_predictions("f1_score", inputs)
    return scores(3)


def _code(inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    return BlockCode("rune_f1_score", numbers=(inputs[0].count,))


BLOCK = Block(
    name="f1_score",
    summary="Gives F1, precision and recall of class 1 as they were published; `precision_recall` has no exceptions.",
    header=Path(__file__).parent / "f1_score.h",
    arguments=(),
    outputs=_outputs,
    code=_code,
    aliases=("f1-score",),
    category=Category.SCORES,
)
