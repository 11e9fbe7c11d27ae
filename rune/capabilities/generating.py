"""Generated input that any capability can use: the same bytes every time."""

from __future__ import annotations

import struct

from rune.capabilities.capability import Parameters
from rune.capabilities.randomness import random_bytes, random_words

_SEED = 1


def noise(_: Parameters, size: int) -> bytes:
    """Random bytes."""
    return random_bytes(_SEED, size)


def fractions(_: Parameters, size: int) -> bytes:
    """Numbers of f32 from 0 to 1; random bytes where the size is none of whole numbers."""
    if size % 4:
        return random_bytes(_SEED, size)
    words = random_words(_SEED)
    count = size // 4
    return struct.pack(f"<{count}f", *(next(words) / (1 << 32) for _ in range(count)))
