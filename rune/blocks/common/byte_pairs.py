"""Vocabulary and merges of byte-level byte-pair encoding, as the C of `byte_pair` reads them."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rune.blocks.signature import Arguments, BlockError, HostText

_MOST_TOKENS = 1_000_000
_LARGEST_NUMBER = 2**31 - 1
_BYTES = 256


def _byte_letters() -> tuple[str, ...]:
    """Returns how the files write each byte: printable ones as they are, the others as letters from U+0100 on."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = (chr(code) for code in range(0x100, 0x100 + _BYTES))
    return tuple(chr(byte) if byte in printable else next(others) for byte in range(_BYTES))


_LETTERS = _byte_letters()


@dataclass(frozen=True)
class Merge:
    """The numbers of two tokens, and of the token that joins them."""

    left: int
    right: int
    result: int


@dataclass(frozen=True)
class BytePairs:
    """The numbers of the tokens, and the merges, those that come first first."""

    numbers: Mapping[str, int]
    merges: tuple[Merge, ...]

    def constant(self) -> bytes:
        """Returns the constant that byte_pair.h describes."""
        ranked_merges = sorted(enumerate(self.merges), key=lambda each: (each[1].left, each[1].right))
        words = [
            len(ranked_merges),
            *(self.numbers[letter] for letter in _LETTERS),
            *(merge.left for _, merge in ranked_merges),
            *(merge.right for _, merge in ranked_merges),
            *(rank for rank, _ in ranked_merges),
            *(merge.result for _, merge in ranked_merges),
        ]
        return struct.pack(f"<{len(words)}I", *words)


def byte_pairs_of(arguments: Arguments) -> BytePairs:
    """Reads both files. Raises `BlockError` for what does not fit together."""
    return _read(_known_text(arguments, "vocabulary"), _known_text(arguments, "merges"))


@lru_cache(maxsize=2)
def _read(vocabulary: str, merges: str) -> BytePairs:
    """Parses the files; the result is cached, as a project is checked again with each key that its author presses."""
    numbers = _numbers_of(vocabulary)
    return BytePairs(numbers, _merges_of(merges, numbers))


def _known_text(arguments: Arguments, name: str) -> str:
    value = arguments[name]
    if isinstance(value, HostText):
        message = f"the {name} must be known when the rune is built: give its resource a `path`"
        raise BlockError(message, argument=name)
    return str(value).removeprefix("\ufeff")


def _refusal(message: str) -> BlockError:
    return BlockError(message, argument="vocabulary")


def _numbers_of(vocabulary: str) -> dict[str, int]:
    try:
        pairs = json.loads(vocabulary, object_pairs_hook=list)
    except (ValueError, RecursionError):
        raise _refusal('the vocabulary is not JSON: it is `vocab.json`, such as {"a": 0, "b": 1}') from None
    if not isinstance(pairs, list) or not all(_is_token(pair) for pair in pairs):
        raise _refusal("the vocabulary is not an object that gives each token a number from 0 to 2147483647")
    if len(pairs) > _MOST_TOKENS:
        raise _refusal(f"the vocabulary has {len(pairs)} tokens, and {_MOST_TOKENS} are the most")
    numbers: dict[str, int] = {}
    tokens: dict[int, str] = {}
    for token, number in pairs:
        if token in numbers:
            raise _refusal(f"the vocabulary has `{token[:40]}` twice")
        if number in tokens:
            raise _refusal(f"the tokens `{tokens[number][:40]}` and `{token[:40]}` have the same number, {number}")
        numbers[token] = number
        tokens[number] = token
    for byte, letter in enumerate(_LETTERS):
        if letter not in numbers:
            raise _refusal(f"the vocabulary has no token for the byte {byte}, which is written `{letter}`")
    return numbers


def _is_token(pair: Any) -> bool:
    """Recognises an object that was read as a list of pairs; a list of JSON has none."""
    if not isinstance(pair, tuple):
        return False
    number = pair[1]
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= _LARGEST_NUMBER


def _merges_of(text: str, numbers: Mapping[str, int]) -> tuple[Merge, ...]:
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    first = 1 if lines[0].startswith("#version") else 0
    while len(lines) > first and not lines[-1]:
        lines.pop()
    if len(lines) - first > _MOST_TOKENS:
        raise BlockError(f"there are {len(lines)} merges, and {_MOST_TOKENS} are the most", argument="merges")
    lines_by_pair: dict[tuple[int, int], int] = {}
    merges: list[Merge] = []
    for place, line in enumerate(lines[first:], first + 1):
        merge = _merge(line, place, numbers)
        pair = (merge.left, merge.right)
        if pair in lines_by_pair:
            raise BlockError(
                f"lines {lines_by_pair[pair]} and {place} of the merges are both `{line[:40]}`", argument="merges"
            )
        lines_by_pair[pair] = place
        merges.append(merge)
    return tuple(merges)


def _merge(line: str, place: int, numbers: Mapping[str, int]) -> Merge:
    parts = line.split(" ")
    if len(parts) != 2 or not all(parts):
        message = f"line {place} of the merges is not two tokens with a space between: `{line[:40]}`"
        raise BlockError(message, argument="merges")
    for token in (*parts, "".join(parts)):
        if token not in numbers:
            message = f"line {place} of the merges needs `{token[:40]}`, which the vocabulary lacks"
            raise BlockError(message, argument="merges")
    return Merge(numbers[parts[0]], numbers[parts[1]], numbers["".join(parts)])
