"""The block `support_vector_classifier`: the widest margin between two classes. The C is in a header beside."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.support_vectors import TOLERANCE, call, outputs, penalty
from rune.blocks.signature import Argument, ArgumentKind, Arguments, Block, BlockCode, BlockOutput, Category
from rune.tensor import TensorType


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    return outputs("support_vector_classifier", inputs)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    return call("rune_support_vector_classifier", inputs, 1, arguments, ("c", "tolerance"))


BLOCK = Block(
    name="support_vector_classifier",
    summary="Learns to tell two classes apart by the widest margin between them, and gives the labels of other rows.",
    header=Path(__file__).parent / "support_vector_classifier.h",
    arguments=(
        Argument(
            "epochs",
            ArgumentKind.INTEGER,
            "How often the published one went through the rows. It changes nothing: the best weights are found always.",
            default=5,
            minimum=1,
        ),
        penalty(200.0),
        TOLERANCE,
    ),
    outputs=_outputs,
    code=_code,
    aliases=("support-vector-classifier",),
    category=Category.OTHER,
)
