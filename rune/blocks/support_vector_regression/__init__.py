"""The block `support_vector_regression`: the flattest relation within a distance. The C is in a header beside."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.support_vectors import TOLERANCE, call, outputs, penalty
from rune.blocks.signature import Argument, ArgumentKind, Arguments, Block, BlockCode, BlockOutput, Category
from rune.tensor import TensorType


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    return outputs("support_vector_regression", inputs)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    return call("rune_support_vector_regression", inputs, 2, arguments, ("eps", "c", "tolerance"))


BLOCK = Block(
    name="support_vector_regression",
    summary="Learns the flattest linear relation that stays close to the targets, and predicts those of other rows.",
    header=Path(__file__).parent / "support_vector_regression.h",
    arguments=(
        Argument(
            "eps",
            ArgumentKind.FLOAT,
            "How far a target may be from what is learned without any cost, in the unit of the targets.",
            default=2.0,
            minimum=0.0,
            maximum=1e30,
        ),
        penalty(10.0),
        TOLERANCE,
    ),
    outputs=_outputs,
    code=_code,
    aliases=("support-vector-regression",),
    category=Category.OTHER,
)
