"""The block `label`: turns indices into words of a list. The C is in label.h; the words become constants."""

from __future__ import annotations

import json
import struct
from itertools import accumulate
from pathlib import Path

from rune.blocks.signature import Argument, ArgumentKind, Arguments, Block, BlockCode, BlockError, BlockOutput
from rune.tensor import ElementType, TensorType

_WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What Unicode calls white space; Python's own list has four control characters more."""


def _words(arguments: Arguments) -> list[str]:
    """The lines of the trimmed list; they end with LF or CRLF, and blank ones inside count."""
    text = str(arguments["wordlist"]).strip(_WHITE_SPACE)
    if not text:
        raise BlockError("the wordlist is empty", argument="wordlist")
    return [line.removesuffix("\r") for line in text.split("\n")]


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"label takes 1 input, indices, and not {len(inputs)}")
    indices = inputs[0]
    if not (indices.element.is_integer or indices.element is ElementType.F32):
        raise BlockError(f"label takes indices, as most_confident_indices gives, and not {indices}", input_index=0)
    longest = max(len(json.dumps(word, ensure_ascii=False).encode()) for word in _words(arguments))
    return (BlockOutput(TensorType(ElementType.UTF8, (indices.count,)), longest),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    words = [word.encode() for word in _words(arguments)]
    starts = [0, *accumulate(map(len, words))]
    return BlockCode(
        f"rune_label_{inputs[0].element}",
        constants=(struct.pack(f"<{len(starts)}I", *starts), b"".join(words)),
        numbers=(inputs[0].count, len(words)),
    )


BLOCK = Block(
    name="label",
    summary="Turns indices into the words of a list.",
    header=Path(__file__).parent / "label.h",
    arguments=(Argument("wordlist", ArgumentKind.LONG_TEXT, "The words, one a line; index 0 is the first line."),),
    outputs=_outputs,
    code=_code,
)
