"""The block `label`: turns indices into words of a list. The C is in label.h; the words become constants."""

from __future__ import annotations

import json
import struct
from itertools import accumulate
from pathlib import Path

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
    HostText,
    RunTimeInput,
    RunTimeSizes,
)
from rune.tensor import ElementType, TensorType
from rune.wordlist import words_of

_HOST_WORD = 1024
"""Bytes of the longest word in a list of the host; the words of a default may be longer."""
_ESCAPE_SIZE, _QUOTES = len("\\u0000"), len('""')
"""Bytes that a byte of a text takes in JSON at most, and those around it."""
_STEP = 16
"""The step of so many words of the host's list the rune notes where the first starts."""
_HEAD, _OFFSET = 8, 4
"""Bytes of `struct rune_label_list` in label.h before its offsets, and of one offset."""


def _words(wordlist: str) -> list[str]:
    """Raises `BlockError`."""
    words = words_of(wordlist)
    if not words:
        raise BlockError("the wordlist is empty", argument="wordlist")
    return words


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"label takes 1 input, indices, and not {len(inputs)}")
    indices = inputs[0]
    if not (indices.element.is_integer or indices.element is ElementType.F32):
        raise BlockError(f"label takes indices, as most_confident_indices gives, and not {indices}", input_index=0)
    if len(indices.dimensions) > 1 and not indices.is_fixed:
        raise RunTimeInput(
            f"label takes one row of indices where each run decides how many, not {indices}", input_index=0
        )
    bound = _text_bound(arguments["wordlist"])
    words = TensorType(ElementType.UTF8, (indices.count,), indices.run_time, bound - _QUOTES)
    return (BlockOutput(words, bound, sizes_of=0),)


def _text_bound(wordlist: int | float | str | HostText) -> int:
    """The most bytes that a word takes as a JSON string."""
    if not isinstance(wordlist, HostText):
        return max(len(json.dumps(word, ensure_ascii=False).encode()) for word in _words(str(wordlist)))
    if wordlist.default is not None:
        _words(wordlist.default)
    return _longest_of(wordlist) * _ESCAPE_SIZE + _QUOTES


def _longest_of(wordlist: HostText) -> int:
    """The bytes of the longest word that the host may give."""
    default = wordlist.default.split("\n") if wordlist.default is not None else []
    return max(min(_HOST_WORD, wordlist.capacity), *(len(word.encode()) for word in default), 0)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    wordlist = arguments["wordlist"]
    if isinstance(wordlist, HostText):
        size = max(wordlist.capacity, len((wordlist.default or "").encode()))
        return BlockCode(
            f"rune_label_host_{inputs[0].element}",
            texts=(wordlist,),
            numbers=(Count(0), _longest_of(wordlist)),
            state_size=_HEAD + _OFFSET * (size // _STEP + 1),
        )
    words = [word.encode() for word in _words(str(wordlist))]
    starts = [0, *accumulate(map(len, words))]
    return BlockCode(
        f"rune_label_{inputs[0].element}",
        constants=(struct.pack(f"<{len(starts)}I", *starts), b"".join(words)),
        numbers=(Count(0), len(words)),
    )


BLOCK = Block(
    name="label",
    summary="Turns indices into the words of a list.",
    header=Path(__file__).parent / "label.h",
    arguments=(Argument("wordlist", ArgumentKind.LONG_TEXT, "The words, one a line; index 0 is the first line."),),
    outputs=_outputs,
    code=_code,
    run_time_sizes=RunTimeSizes.COUNT,
    category=Category.SCORES,
)
