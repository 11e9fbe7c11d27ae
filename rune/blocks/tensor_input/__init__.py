"""The block `tensor_input`: a tensor as it is. The C is in tensor_input.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.meaning import SAME
from rune.blocks.signature import (
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
    Count,
    RunTimeSizes,
)
from rune.tensor import ElementType, TensorType


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"tensor_input takes 1 input and not {len(inputs)}")
    if inputs[0].element is ElementType.UTF8:
        raise BlockError(f"tensor_input takes numbers and not {inputs[0]}", input_index=0)
    return (BlockOutput(inputs[0], sizes_of=0),)


def _code(inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    return BlockCode("rune_tensor_input", numbers=(Count(0), inputs[0].element.size))


BLOCK = Block(
    name="tensor_input",
    summary="Passes numbers on as they are.",
    header=Path(__file__).parent / "tensor_input.h",
    arguments=(),
    outputs=_outputs,
    code=_code,
    aliases=("tensor-input",),
    run_time_sizes=RunTimeSizes.COUNT,
    effects=(SAME,),
    category=Category.NUMBERS,
)
