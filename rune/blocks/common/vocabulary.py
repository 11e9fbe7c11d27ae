"""A vocabulary of word pieces, one a line, as the C of `tokenizers` and `word_piece` reads it."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rune.blocks.signature import Argument, ArgumentKind, Arguments, BlockError, HostText

VOCABULARY = Argument(
    "vocabulary",
    ArgumentKind.LONG_TEXT,
    "The pieces, one a line, as in BERT's vocab.txt; the first line is number 0.",
)
_NAME = "vocabulary"
_SPECIAL = ("[UNK]", "[CLS]", "[SEP]", "[PAD]")
"""The entries of every vocabulary, in the order of word_pieces.h; [MASK] after them may be missing."""
_MOST_WORDS = 1_000_000
_LONGEST_WORD = 1024
"""Bytes of a word; 100 characters are the most that is ever looked up, so that more is a mistake."""


@dataclass(frozen=True)
class Vocabulary:
    """The words, by their numbers."""

    words: tuple[str, ...]

    @property
    def longest(self) -> int:
        """Bytes of the longest word."""
        return max(len(word.encode()) for word in self.words)

    def constant(self) -> bytes:
        """Returns the constant that word_pieces.h describes."""
        encoded_words = [word.encode() for word in self.words]
        order = sorted(range(len(encoded_words)), key=encoded_words.__getitem__)
        starts = [0]
        for word in encoded_words:
            starts.append(starts[-1] + len(word))
        numbers = [len(encoded_words), *_special_numbers(self.words), *starts, *order]
        return struct.pack(f"<{len(numbers)}I", *numbers) + b"".join(encoded_words)


def vocabulary_of(arguments: Arguments) -> Vocabulary:
    """The words of the argument. Raises `BlockError` for what is no vocabulary of word pieces."""
    value = arguments[_NAME]
    if isinstance(value, HostText):
        message = "the vocabulary must be known when the rune is built: give its resource a `path`"
        raise BlockError(message, argument=_NAME)
    return _read(str(value))


@lru_cache(maxsize=2)
def _read(vocabulary: str) -> Vocabulary:
    """Parses a vocabulary; the result is cached, as a project is checked again with each key that its author
    presses."""
    words = tuple(line.removesuffix("\r") for line in vocabulary.removeprefix("\ufeff").rstrip("\r\n").split("\n"))
    if words == ("",):
        raise BlockError("the vocabulary is empty: it has one piece a line, as BERT's vocab.txt has", argument=_NAME)
    if len(words) > _MOST_WORDS:
        raise BlockError(f"the vocabulary has {len(words)} lines, and {_MOST_WORDS} are the most", argument=_NAME)
    _refuse_lines(words)
    for special in _SPECIAL:
        if special not in words:
            raise BlockError(f"the vocabulary has no line {special}", argument=_NAME)
    return Vocabulary(words)


def _refuse_lines(words: Sequence[str]) -> None:
    """Lines that mean nothing, or that mean two numbers."""
    numbers_by_word: dict[str, int] = {}
    for number, word in enumerate(words):
        if not word.strip(" \t"):
            raise BlockError(f"line {number + 1} of the vocabulary is blank", argument=_NAME)
        if len(word.encode(errors="surrogatepass")) > _LONGEST_WORD:
            message = f"line {number + 1} of the vocabulary is longer than {_LONGEST_WORD} bytes"
            raise BlockError(message, argument=_NAME)
        if not _is_unicode(word):
            raise BlockError(f"line {number + 1} of the vocabulary is no text", argument=_NAME)
        if word in numbers_by_word:
            message = f"lines {numbers_by_word[word] + 1} and {number + 1} of the vocabulary are both `{word[:40]}`"
            raise BlockError(message, argument=_NAME)
        numbers_by_word[word] = number


def _is_unicode(word: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in word)


def _special_numbers(words: Sequence[str]) -> list[int]:
    numbers = [words.index(special) for special in _SPECIAL]
    return [*numbers, words.index("[MASK]") if "[MASK]" in words else numbers[0]]
