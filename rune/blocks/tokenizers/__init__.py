"""The block `tokenizers`: two sentences as the numbers that BERT reads. The C is in tokenizers.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.characters import folds, kinds
from rune.blocks.common.vocabulary import VOCABULARY, vocabulary_of
from rune.blocks.refusals import checked_input
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

_LENGTH = 384
"""The length of the published block's output, as in tokenizers.h."""
_NUMBER = 4
"""Bytes of one."""


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 2:
        raise BlockError(f"tokenizers takes 2 inputs, two sentences, and not {len(inputs)}")
    for index in range(2):
        checked_input("tokenizers", inputs, index, (ElementType.U8,), "a sentence as bytes")
    numbers = BlockOutput(TensorType(ElementType.I32, (1, _LENGTH)))
    words = (vocabulary_of(arguments).longest + 1) * _LENGTH
    return (numbers, numbers, numbers, BlockOutput(TensorType(ElementType.U8, (words,), run_time=(0,))))


def _code(_inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    return BlockCode(
        "rune_tokenizers",
        constants=(vocabulary_of(arguments).constant(), kinds(), folds()),
        numbers=(Count(0), Count(1)),
        scratch_size=2 * _LENGTH * _NUMBER,
    )


BLOCK = Block(
    name="tokenizers",
    summary="Turns two sentences into the numbers that BERT reads.",
    header=Path(__file__).parent / "tokenizers.h",
    arguments=(VOCABULARY,),
    outputs=_outputs,
    code=_code,
    run_time_sizes=RunTimeSizes.COUNT,
    category=Category.TEXT,
)
