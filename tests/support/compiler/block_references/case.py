"""One golden vector before it is written: a block, its arguments, and what comes in, run after run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Arguments = Mapping[str, Any]
Reference = Callable[[Arguments, Sequence[Array]], Sequence[Array]]
"""The outputs for complete arguments and the inputs of one run."""
History = Callable[[Arguments, Sequence[Sequence[Array]]], Sequence[Array]]
"""The outputs of the last of several runs, for a block with state."""

F32 = np.float32
F64 = np.float64


@dataclass(frozen=True)
class BlockCase:
    """`runs` has the inputs of each run of one instance, in order; most blocks keep nothing and have one."""

    block: str
    name: str
    runs: Sequence[Sequence[Array]]
    arguments: Arguments = field(default_factory=dict)


def case(block: str, name: str, *inputs: Array, **arguments: Any) -> BlockCase:
    """One run."""
    return BlockCase(block, name, (inputs,), {name.rstrip("_"): value for name, value in arguments.items()})


def noise(seed: int, *dimensions: int, scale: float = 1.0) -> Array:
    """Normal numbers of f32 that are the same everywhere."""
    return (np.random.default_rng(seed).standard_normal(dimensions) * scale).astype(F32)


def whole(seed: int, low: int, high: int, *dimensions: int, type_: type = np.uint8) -> Array:
    """Uniform whole numbers from `low` to `high` inclusive."""
    return np.random.default_rng(seed).integers(low, high, dimensions, type_, endpoint=True)


class Fails(Exception):
    """The message of a reference where the block must give up."""


def text(content: str | bytes, zeros: int = 0) -> Array:
    """A text as bytes, with so many zeros behind it."""
    data = content.encode() if isinstance(content, str) else content
    return np.frombuffer(data + b"\0" * zeros, np.uint8)
