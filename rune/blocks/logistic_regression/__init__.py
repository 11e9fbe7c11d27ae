"""The block `logistic_regression`: classes by linear scores. The C is in logistic_regression.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.learning import predictions
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


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    return predictions("logistic_regression", inputs)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    rows, features = inputs[0].dimensions
    most = min(integer(arguments, "classes"), rows)
    # Seven numbers for each unknown and three for each class; the mean and spread of each feature; the scaled rows.
    numbers = 7 * most * (features + 1) + 3 * most + 2 * features + rows * features
    return BlockCode(
        "rune_logistic_regression",
        numbers=(rows, features, inputs[2].dimensions[0], most),
        scratch_size=8 * numbers,
    )


BLOCK = Block(
    name="logistic_regression",
    summary="Learns classes from rows and their labels by a linear score of each, and gives the labels of other rows.",
    header=Path(__file__).parent / "logistic_regression.h",
    arguments=(
        Argument(
            "classes",
            ArgumentKind.INTEGER,
            "The most labels that there can be: memory is had for as many.",
            default=16,
            minimum=2,
            maximum=1000,
        ),
    ),
    outputs=_outputs,
    code=_code,
    aliases=("logistic-regression",),
    category=Category.OTHER,
)
