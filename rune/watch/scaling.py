"""Counts that share an exponent: each is a number of a few bits times the same power of two."""

from __future__ import annotations

from collections.abc import Sequence


def scaled(counts: Sequence[int], bits: int) -> tuple[int, list[int]]:
    """Returns the smallest exponent at which all counts fit so many bits, and the counts in its unit, rounded to the
    nearest, a half up."""
    exponent = max(0, max(counts, default=0).bit_length() - bits)
    if exponent and rounded(max(counts), exponent) >= 1 << bits:
        exponent += 1
    return exponent, [rounded(count, exponent) for count in counts]


def rounded(count: int, exponent: int) -> int:
    """Returns a count in units of a power of two."""
    return count if exponent == 0 else (count + (1 << (exponent - 1))) >> exponent
