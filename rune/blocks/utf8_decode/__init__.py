"""The block `utf8_decode`: bytes as text. The text is a slice of the input. The C is in utf8_decode.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.signature import (
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
    Count,
    RunTimeSizes,
    text_output,
)
from rune.tensor import ElementType, TensorType


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"utf8_decode takes 1 input, bytes, and not {len(inputs)}")
    if inputs[0].element is not ElementType.U8:
        raise BlockError(f"utf8_decode takes bytes, u8, and not {inputs[0]}", input_index=0)
    return (text_output((1,), inputs[0].count, points_into=(0,)),)


def _code(_inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    return BlockCode("rune_utf8_decode", numbers=(Count(0),))


BLOCK = Block(
    name="utf8_decode",
    summary="Reads bytes as text.",
    header=Path(__file__).parent / "utf8_decode.h",
    arguments=(),
    outputs=_outputs,
    code=_code,
    run_time_sizes=RunTimeSizes.COUNT,
    category=Category.TEXT,
)
