"""The block `normalize`: scales a tensor so that its least element is 0 and its greatest 1. The C is in normalize.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.meaning import PRESERVED, UNIT, Effect
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
        raise BlockError(f"normalize takes 1 input and not {len(inputs)}")
    if inputs[0].element is ElementType.UTF8:
        raise BlockError(f"normalize takes numbers and not {inputs[0]}", input_index=0)
    return (BlockOutput(inputs[0], sizes_of=0),)


def _code(inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    return BlockCode(f"rune_normalize_{inputs[0].element}", numbers=(Count(0),))


BLOCK = Block(
    name="normalize",
    summary="Scales a tensor to 0 to 1.",
    header=Path(__file__).parent / "normalize.h",
    arguments=(),
    outputs=_outputs,
    code=_code,
    run_time_sizes=RunTimeSizes.COUNT,
    effects=(Effect(values=UNIT, colour=PRESERVED, layout=PRESERVED, rate=PRESERVED),),
    category=Category.NUMBERS,
)
