"""What a build is optimised for, where one thing costs another."""

from __future__ import annotations

from typing import Final, Literal, get_args

Aim = Literal["size", "balanced", "speed"]
"""What matters more."""

AIMS: Final[tuple[Aim, ...]] = get_args(Aim)

BALANCED: Final[Aim] = "balanced"

OPTIMIZATIONS: Final[dict[Aim, str]] = {"size": "-Os", "balanced": "-O2", "speed": "-O3"}
"""What a compiler of sources in C is told for each."""
