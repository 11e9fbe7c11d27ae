"""Profiles of a build: the runtime whose bits a rune reproduces (decision 5), and the version that tests compare
the kernels to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Profile:
    """A profile. `name` names the rounding, `option` is what users write, `runtime` is the runtime's name for people,
    `reference` is the package and version of the reference."""

    name: str
    option: str
    runtime: str
    reference: str


LITERT: Final = Profile("litert-reference", "litert", "LiteRT", "ai-edge-litert 2.3.0")
"""LiteRT's reference kernels (`BUILTIN_REF`): convolutions round twice, fully connected layers once."""

TFLM: Final = Profile("tflite-micro", "tflm", "TFLite Micro", "tflite-micro 0.dev20261023182759")
"""TFLite Micro's reference kernels: fully connected layers round twice too, and what it lacks is refused."""

PROFILES: Final = {each.option: each for each in (LITERT, TFLM)}
"""The profiles by their option."""
