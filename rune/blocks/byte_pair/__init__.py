"""The block `byte_pair`: a text as the numbers that GPT-2 and its kin read. The C is in byte_pair.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.byte_pairs import BytePairs, byte_pairs_of
from rune.blocks.common.characters import kinds
from rune.blocks.refusals import only_input
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

_PLACES = 8
"""Bytes of the two numbers for each byte of the text."""
_NONE = -1
"""The number for no token, as in byte_pair.h."""


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    only_input("byte_pair", inputs, (ElementType.U8,), "a text as bytes")
    pairs = byte_pairs_of(arguments)
    for name in ("start", "end", "pad"):
        _token(pairs, arguments, name)
    length = integer(arguments, "length")
    if length < 1 + sum(bool(text(arguments, name)) for name in ("start", "end")):
        raise BlockError(f"a length of {length} leaves no room between start and end", argument="length")
    run_time = () if text(arguments, "pad") else (1,)
    return (BlockOutput(TensorType(ElementType.I32, (1, length), run_time)),) * 2


def _token(pairs: BytePairs, arguments: Arguments, name: str) -> int:
    """The number of the token that an argument names. Raises `BlockError`."""
    token = text(arguments, name)
    if token and token not in pairs.numbers:
        raise BlockError(f"the vocabulary has no token `{token}`", argument=name)
    return pairs.numbers[token] if token else _NONE


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    pairs = byte_pairs_of(arguments)
    start, end, pad = (_token(pairs, arguments, name) for name in ("start", "end", "pad"))
    is_padded = pad != _NONE
    return BlockCode(
        "rune_byte_pair" if is_padded else "rune_byte_pair_sized",
        constants=(pairs.constant(), kinds()),
        numbers=(Count(0), integer(arguments, "length"), start, end, *((pad,) if is_padded else ())),
        scratch_size=_PLACES * inputs[0].count,
    )


BLOCK = Block(
    name="byte_pair",
    summary="Turns a text into the numbers that GPT-2 and its kin read.",
    header=Path(__file__).parent / "byte_pair.h",
    arguments=(
        Argument(
            "vocabulary",
            ArgumentKind.LONG_TEXT,
            "The number of each token, as JSON: the vocab.json that came with the model.",
        ),
        Argument(
            "merges",
            ArgumentKind.LONG_TEXT,
            "The pairs that are joined, one a line, the first ones first: the merges.txt that came with the model.",
        ),
        Argument(
            "length",
            ArgumentKind.INTEGER,
            "The most numbers that come out; what is longer is cut off.",
            default=128,
            minimum=1,
            maximum=8192,
        ),
        Argument("start", ArgumentKind.TEXT, "The token before the text, such as <s>; none where empty.", default=""),
        Argument("end", ArgumentKind.TEXT, "The token behind the text, such as </s>; none where empty.", default=""),
        Argument(
            "pad",
            ArgumentKind.TEXT,
            "The token that fills the length up; where empty, each run decides how many numbers there are.",
            default="",
        ),
    ),
    outputs=_outputs,
    code=_code,
    run_time_sizes=RunTimeSizes.COUNT,
    category=Category.TEXT,
)
