"""The block `precision_recall`: how well one class is found. It is written in precision_recall.py."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.predictions import check_predictions, scores
from rune.blocks.in_python import python_code
from rune.blocks.refusals import NUMBERS
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockOutput,
    Category,
    integer,
)
from rune.tensor import TensorType

_SOURCE = Path(__file__).parent / "precision_recall.py"


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    check_predictions("precision_recall", inputs, NUMBERS)
    return scores(3)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    return python_code(_SOURCE, inputs, (integer(arguments, "positive"),))


BLOCK = Block(
    name="precision_recall",
    summary="Says how well a class is found: F1, precision and recall.",
    header=None,
    source=_SOURCE,
    arguments=(
        Argument(
            "positive",
            ArgumentKind.INTEGER,
            "The class that is looked for.",
            default=1,
            minimum=-(2**24),
            maximum=2**24,
        ),
    ),
    outputs=_outputs,
    code=_code,
    category=Category.SCORES,
)
