"""The profile of a build: which runtime's bits a rune gives (ADR 5), and the version of it that tests hold the kernels
to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Profile:
    """`name` says whose rounding it is, `reference` the package and the version that judges it."""

    name: str
    reference: str


LITERT: Final = Profile("litert-reference", "ai-edge-litert 2.3.0")
"""LiteRT's reference kernels (`BUILTIN_REF`): convolutions round twice, fully connected layers once."""
