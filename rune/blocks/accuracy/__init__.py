"""The block `accuracy`: the share of predictions that are right. It is written in accuracy.py."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.in_python import python_code
from rune.blocks.signature import (
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
)
from rune.tensor import ElementType, TensorType

_SOURCE = Path(__file__).parent / "accuracy.py"


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 2:
        raise BlockError(f"accuracy takes 2 inputs, what is true and what was predicted, and not {len(inputs)}")
    for index, given in enumerate(inputs):
        if given.element is not ElementType.F64 or given.count < 1:
            raise BlockError(f"accuracy takes f64 and not {given}", input_index=index)
    if inputs[0].count != inputs[1].count:
        raise BlockError(f"accuracy compares as many predictions as truths, and not {inputs[1]}", input_index=1)
    return (BlockOutput(TensorType(ElementType.F64, (1,))),)


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
