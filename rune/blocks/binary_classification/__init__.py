"""The block `binary_classification`: 1 if a score is above a threshold. It is written in binary_classification.py."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.in_python import python_code
from rune.blocks.meaning import Effect
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
    real,
)
from rune.tensor import ElementType, TensorType

_SOURCE = Path(__file__).parent / "binary_classification.py"


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"binary_classification takes 1 input, a score, and not {len(inputs)}")
    if inputs[0].element is not ElementType.F32 or inputs[0].count < 1:
        raise BlockError(f"binary_classification takes a score of f32 and not {inputs[0]}", input_index=0)
    return (BlockOutput(TensorType(ElementType.U32, (1,))),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    return python_code(_SOURCE, inputs, (real(arguments, "threshold"),))


BLOCK = Block(
    name="binary_classification",
    summary="Says whether the first score is above a threshold.",
    header=None,
    source=_SOURCE,
    arguments=(
        Argument(
            "threshold",
            ArgumentKind.FLOAT,
            "The score above which the answer is 1.",
            default=0.5,
            minimum=-3.4028234663852886e38,
            maximum=3.4028234663852886e38,
            is_threshold=True,
        ),
    ),
    outputs=_outputs,
    code=_code,
    effects=(Effect(classes=2),),
    category=Category.SCORES,
)
