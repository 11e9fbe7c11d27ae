"""The block `text_extractor`: the words between two places of a list. The C is in text_extractor.h."""

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

_NAMES = ("words", "start", "end")


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != len(_NAMES):
        raise BlockError(f"text_extractor takes 3 inputs, words, start and end, and not {len(inputs)}")
    if inputs[0].element is not ElementType.U8:
        raise BlockError(f"text_extractor takes words as bytes, as tokenizers gave, and not {inputs[0]}", input_index=0)
    for index in (1, 2):
        if inputs[index].element is not ElementType.U32 or inputs[index].count < 1 or not inputs[index].is_fixed:
            message = f"text_extractor takes a number of a word, u32[1], and not {inputs[index]}"
            raise BlockError(message, input_index=index)
    size = inputs[0].count
    return (text_output((1,), size, text_memory=max(size, 1)),)


def _code(_inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    return BlockCode("rune_text_extractor", numbers=(Count(0),))


BLOCK = Block(
    name="text_extractor",
    summary="Joins the words between two places of a list.",
    header=Path(__file__).parent / "text_extractor.h",
    arguments=(),
    outputs=_outputs,
    code=_code,
    run_time_sizes=RunTimeSizes.COUNT,
    category=Category.TEXT,
)
