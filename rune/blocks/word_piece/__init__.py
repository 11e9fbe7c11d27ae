"""The block `word_piece`: one text or two as the numbers that BERT reads. The C is in word_piece.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.characters import folds, kinds
from rune.blocks.common.vocabulary import VOCABULARY, vocabulary_of
from rune.blocks.refusals import checked_input
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
    Count,
    RunTimeSizes,
    integer,
    text,
)
from rune.tensor import ElementType, TensorType

_NUMBER = 4
"""Bytes of one."""


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) not in (1, 2):
        raise BlockError(f"word_piece takes 1 or 2 inputs, texts, and not {len(inputs)}")
    for index in range(len(inputs)):
        checked_input("word_piece", inputs, index, (ElementType.U8,), "a text as bytes")
    length = integer(arguments, "length")
    if length < len(inputs) + 2:
        message = f"a length of {length} leaves no room for a piece between [CLS] and [SEP]"
        raise BlockError(message, argument="length")
    vocabulary_of(arguments)
    run_time = () if text(arguments, "padding") == "full" else (1,)
    return (BlockOutput(TensorType(ElementType.I32, (1, length), run_time)),) * 3


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    ending = "" if text(arguments, "padding") == "full" else "_sized"
    length = integer(arguments, "length")
    return BlockCode(
        f"rune_word_piece_{len(inputs)}{ending}",
        constants=(vocabulary_of(arguments).constant(), kinds(), folds()),
        numbers=(*map(Count, range(len(inputs))), length, int(text(arguments, "case") == "lower")),
        scratch_size=2 * length * _NUMBER,
    )


BLOCK = Block(
    name="word_piece",
    summary="Turns one text or two into the numbers that BERT reads.",
    header=Path(__file__).parent / "word_piece.h",
    arguments=(
        VOCABULARY,
        Argument(
            "length",
            ArgumentKind.INTEGER,
            "The most numbers that come out, with [CLS] and [SEP]; what is longer is cut off.",
            default=128,
            minimum=3,
            maximum=8192,
        ),
        Argument(
            "case",
            ArgumentKind.TEXT,
            "Whether letters become lower case and lose their accents (uncased models), or stay as they are.",
            default="lower",
            choices=("lower", "keep"),
        ),
        Argument(
            "padding",
            ArgumentKind.TEXT,
            "Whether [PAD] fills the length up, or each run decides how many numbers there are.",
            default="full",
            choices=("full", "none"),
        ),
    ),
    outputs=_outputs,
    code=_code,
    run_time_sizes=RunTimeSizes.COUNT,
    category=Category.TEXT,
)
