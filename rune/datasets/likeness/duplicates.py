"""Near-duplicates: recordings whose fingerprints agree, also where one begins a little later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rune.datasets.likeness.fingerprints import Words

MAX_DIFFERENT_BITS: Final = 0.2
"""Share of bits that may differ. Of two different recordings about half do."""
MIN_WORDS: Final = 8
"""Words in common, below which nothing is said."""
_NEIGHBOURS = 4
"""Further owners of a word that are looked at; one that many have says nothing."""
_EMPTY = (0, 0xFFFFFFFF)
"""Words of silence, of a still sensor and of a plain picture."""


def find_duplicates(fingerprints: Sequence[Words], *, shifted: bool) -> list[list[int]]:
    """Groups of two or more indices of fingerprints that agree, each in order. `shifted`: recordings may begin at
    different moments."""
    pairs = _candidates(fingerprints, shifted=shifted)
    parents = list(range(len(fingerprints)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    for first, second, shift in pairs.tolist():
        if root(first) != root(second) and _agree(fingerprints[first], fingerprints[second], shift):
            parents[root(second)] = root(first)
    groups: dict[int, list[int]] = {}
    for index in range(len(fingerprints)):
        groups.setdefault(root(index), []).append(index)
    return [group for group in groups.values() if len(group) > 1]


def _candidates(fingerprints: Sequence[Words], *, shifted: bool) -> NDArray[np.int64]:
    """Pairs that have a word in common, with how much later it is in the first. Shape: pairs, 3."""
    lengths = [len(each) for each in fingerprints]
    if not sum(lengths):
        return np.empty((0, 3), np.int64)
    words = np.concatenate(list(fingerprints))
    owners = np.repeat(np.arange(len(lengths)), lengths)
    places = np.concatenate([np.arange(length) for length in lengths])
    informative = ~np.isin(words, _EMPTY)
    words, owners, places = words[informative], owners[informative], places[informative]
    order = np.lexsort((owners, words))
    words, owners, places = words[order], owners[order], places[order]
    pairs = []
    for step in range(1, _NEIGHBOURS + 1):
        is_same = (words[:-step] == words[step:]) & (owners[:-step] != owners[step:])
        shifts = places[:-step] - places[step:]
        if not shifted:
            is_same &= shifts == 0
        pairs.append(np.stack([owners[:-step][is_same], owners[step:][is_same], shifts[is_same]], axis=1))
    return np.unique(np.concatenate(pairs), axis=0)


def _agree(first: Words, second: Words, shift: int) -> bool:
    start, other = max(0, shift), max(0, -shift)
    count = min(len(first) - start, len(second) - other)
    if count < min(MIN_WORDS, len(first), len(second)) or count * 2 < min(len(first), len(second)):
        return False
    differing = np.bitwise_count(first[start : start + count] ^ second[other : other + count])
    return float(differing.mean()) <= MAX_DIFFERENT_BITS * 32
