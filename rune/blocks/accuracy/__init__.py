"""The block `accuracy`: the share of predictions that are right. It is written in accuracy.py."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.predictions import check_predictions, scores
from rune.blocks.in_python import python_code
from rune.blocks.signature import (
    Arguments,
    Block,
    BlockCode,
    BlockOutput,
    Category,
)
from rune.tensor import TensorType

_SOURCE = Path(__file__).parent / "accuracy.py"


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    check_predictions("accuracy", inputs)
    return scores(1)


def _code(inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    return python_code(_SOURCE, inputs)


BLOCK = Block(
    name="accuracy",
    summary="Gives the share of predictions that are right.",
    header=None,
    source=_SOURCE,
    arguments=(),
    outputs=_outputs,
    code=_code,
    category=Category.SCORES,
)
