"""The profile of a build: which runtime's bits a rune gives (decisions 5 and 92), and the version that tests compare
the kernels with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Profile:
    """`name` says whose rounding it is, `option` what a person asks for it by, `runtime` what people call the runtime,
    `reference` the package and the version that judges it."""

    name: str
    option: str
    runtime: str
    reference: str


LITERT: Final = Profile("litert-reference", "litert", "LiteRT", "ai-edge-litert 2.3.0")
"""LiteRT's reference kernels (`BUILTIN_REF`): convolutions round twice, fully connected layers once."""

TFLM: Final = Profile("tflite-micro", "tflm", "TFLite Micro", "tflite-micro 0.dev20261023182759")
"""TFLite Micro's reference kernels: fully connected layers round twice too, and what it lacks is refused."""

PROFILES: Final = {each.option: each for each in (LITERT, TFLM)}
"""By what a person asks for."""
