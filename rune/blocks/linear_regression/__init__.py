"""The block `linear_regression`: ordinary least squares while the rune runs. The C is in linear_regression.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.learning import predictions
from rune.blocks.signature import Arguments, Block, BlockCode, BlockError, BlockOutput, Category
from rune.tensor import TensorType


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    outputs = predictions("linear_regression", inputs)
    rows, features = inputs[0].dimensions
    if rows <= features:
        raise BlockError(
            f"{rows} rows do not decide {features} factors and an offset: it takes at least {features + 1}",
            input_index=0,
        )
    return outputs


def _code(inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    rows, features = inputs[0].dimensions
    unknowns = features + 1
    # The matrix with a column of ones, the targets, and what is found.
    numbers = rows * unknowns + rows + unknowns
    return BlockCode(
        "rune_linear_regression", numbers=(rows, features, inputs[2].dimensions[0]), scratch_size=8 * numbers
    )


BLOCK = Block(
    name="linear_regression",
    summary="Learns a linear relation from rows and their targets, and predicts the targets of other rows.",
    header=Path(__file__).parent / "linear_regression.h",
    arguments=(),
    outputs=_outputs,
    code=_code,
    aliases=("linear-regression",),
    category=Category.OTHER,
)
