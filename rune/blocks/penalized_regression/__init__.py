"""The block `penalized_regression`: a linear relation with small weights. The C is in penalized_regression.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.learning import coordinate_descent_memory, predictions
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockOutput,
    Category,
    real,
)
from rune.tensor import TensorType


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    return predictions("penalized_regression", inputs)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    rows, features = inputs[0].dimensions
    scratch = coordinate_descent_memory(rows, features)
    alpha, l1_ratio = real(arguments, "alpha"), real(arguments, "l1_ratio")
    square, slope = rows * alpha * (1.0 - l1_ratio), rows * alpha * l1_ratio
    return BlockCode(
        "rune_penalized_regression",
        numbers=(rows, features, inputs[2].dimensions[0], square, slope),
        scratch_size=scratch,
    )


BLOCK = Block(
    name="penalized_regression",
    summary="Learns a linear relation with small weights, the elastic net, and predicts the targets of other rows.",
    header=Path(__file__).parent / "penalized_regression.h",
    arguments=(
        Argument(
            "alpha",
            ArgumentKind.FLOAT,
            "How much the weights cost: more makes them smaller; 0 is least squares.",
            default=1.0,
            minimum=0.0,
            maximum=1e6,
        ),
        Argument(
            "l1_ratio",
            ArgumentKind.FLOAT,
            "How much of that goes by the sum of the weights, which makes some of them 0; the rest by their squares.",
            default=0.5,
            minimum=0.0,
            maximum=1.0,
        ),
    ),
    outputs=_outputs,
    code=_code,
    aliases=("penalized-regression",),
    category=Category.OTHER,
)
