"""The answer of `lab` about augmentations, as types, and whether one is possible: the process that sends it has read
what strangers recorded."""

from __future__ import annotations

import binascii
import math
from base64 import b64decode
from collections.abc import Sequence
from typing import Annotated, TypedDict

from forge.learning.training.running.possible import LONGEST_NAME

MOST_EXAMPLES = 8
MOST_DRAWS = 16
MOST_NUMBERS = 1 << 20
"""The greatest number of numbers of a window."""


class AugmentedInputJson(TypedDict):
    """A window that a model reads."""

    caption: Annotated[str, 'names one that is more than another draw; "" for others']
    levels: Annotated[str, "its numbers in base64, each one byte: 0 is `low`, 255 is `high`"]
    sound: Annotated[str, 'how it sounds, a WAV file in base64; "" for what makes no sound']


class AugmentedWindowJson(TypedDict):
    """A window before and after augmentation."""

    label: str
    shape: Annotated[list[int], "frames and bands of a sound, rows and axes of motion; height, width and channels"]
    low: float
    high: float
    original: AugmentedInputJson
    draws: list[AugmentedInputJson]


class AugmentedRecordingJson(AugmentedWindowJson):
    """A window of a recording before and after augmentation."""

    recording: str


class AugmentationExamplesJson(TypedDict):
    """A few recordings before and after augmentation."""

    examples: list[AugmentedRecordingJson]


def are_possible_examples(examples: Sequence[AugmentedRecordingJson]) -> bool:
    """Returns whether there are as many windows as `lab` draws, each with as many bytes as its shape says."""
    return 1 <= len(examples) <= MOST_EXAMPLES and all(map(_is_possible, examples))


def _is_possible(example: AugmentedRecordingJson) -> bool:
    shape = example["shape"]
    numbers = math.prod(shape)
    return (
        2 <= len(shape) <= 3
        and all(side > 0 for side in shape)
        and numbers <= MOST_NUMBERS
        and math.isfinite(example["low"])
        and math.isfinite(example["high"])
        and len(example["label"]) <= LONGEST_NAME
        and len(example["draws"]) <= MOST_DRAWS
        and all(_is_window(each, numbers) for each in (example["original"], *example["draws"]))
    )


def _is_window(window: AugmentedInputJson, numbers: int) -> bool:
    try:
        levels, sound = (b64decode(window[name], validate=True) for name in ("levels", "sound"))
    except (binascii.Error, ValueError):
        return False
    return len(levels) == numbers and len(window["caption"]) <= LONGEST_NAME and sound[:4] in (b"", b"RIFF")
