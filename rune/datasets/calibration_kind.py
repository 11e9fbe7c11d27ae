"""Says whether the ranges and the figures of a form of a model are those of samples, or of random numbers.

Ranges of random numbers say nothing about what the model will read, and neither do figures on them. Pure functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

SAMPLES: Final = "samples"
RANDOM_NUMBERS: Final = "random numbers"
CALIBRATED_ON_RANDOM: Final = f"calibrated on {RANDOM_NUMBERS}"
TENSORFLOW_INT8: Final = "int8-tensorflow"
"""The form that TensorFlow itself quantises, of a Keras model only."""
STATIC_FORMS: Final = ("int8", "int8-tensor", "int16x8", TENSORFLOW_INT8)
"""Forms whose ranges are measured on samples."""


def calibrated_on(samples: Mapping[str, Any], *, is_static: bool) -> str:
    """Returns `SAMPLES` or `RANDOM_NUMBERS`, or "" for a form without ranges. `samples` is what a conversion says of
    them."""
    if not is_static:
        return ""
    is_guess = samples.get("is_guess", samples.get("kind") == "random")
    return RANDOM_NUMBERS if is_guess else SAMPLES


def judged_on(samples: Mapping[str, Any]) -> str:
    """Returns `SAMPLES` or `RANDOM_NUMBERS`."""
    return RANDOM_NUMBERS if samples.get("kind") == "random" else SAMPLES
