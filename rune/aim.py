"""The goals that a build can be optimised for."""

from __future__ import annotations

from typing import Final, Literal, get_args

Aim = Literal["size", "balanced", "speed"]
"""An optimisation goal."""

AIMS: Final[tuple[Aim, ...]] = get_args(Aim)

BALANCED: Final[Aim] = "balanced"

RUNE_AIM: Final[Aim] = "speed"
"""The default optimisation of a rune for browsers and servers. Packages and other targets are balanced."""

OPTIMIZATIONS: Final[dict[Aim, str]] = {"size": "-Os", "balanced": "-O2", "speed": "-O3"}
"""The optimisation flag of the C compiler for each goal."""
