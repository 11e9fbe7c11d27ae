"""The limits of a tensor's shape."""

from __future__ import annotations

import math
from typing import Final

from rune.model.tflite.model import TensorKind

RANK_LIMIT: Final = 32
TENSOR_SIZE_LIMIT: Final = 1 << 31
"""Bytes that one tensor may have: a rune's memory ends there."""


def is_too_large(shape: tuple[int, ...], kind: TensorKind, limit: int = TENSOR_SIZE_LIMIT) -> bool:
    """Returns whether a tensor would have more than `limit` bytes.

    Each factor counts as at least 1, or a 0 would hide an overflow of the others from those who multiply in order.
    """
    return math.prod(side or 1 for side in shape) * (kind.bits or 8) // 8 > limit
