"""The list of example recordings: names, labels and splits. How one is drawn is in `drawing`. Pure functions."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from rune.datasets.content.content import Kind
from rune.datasets.examples import drawing
from rune.datasets.label_names import BACKGROUND
from rune.datasets.splits import Split

EXAMPLES_A_LABEL: Final = 20
EXAMPLE_COUNT: Final = 3 * EXAMPLES_A_LABEL
"""Recordings of two labels and background."""
ORIGIN: Final = "example"
"""The device of the recordings, which none recorded."""
_VALIDATION, _TEST = 4, 4
"""How many recordings of each label are for validation and for tests."""

Draw = Callable[[np.random.Generator], bytes]
"""Returns the file of a recording, from a source of random numbers."""


@dataclass(frozen=True)
class ExampleRecording:
    """A recording as a file, with its label and its split."""

    label: str
    split: Split
    name: str
    data: bytes


_DRAWINGS: Mapping[Kind, tuple[str, Mapping[str, Draw]]] = {
    Kind.SOUND: (
        "wav",
        {"whistle": drawing.whistle, "clap": drawing.clap, BACKGROUND: drawing.room},
    ),
    Kind.MOTION: (
        "csv",
        {"shake": drawing.shake, "circle": drawing.circle, BACKGROUND: drawing.rest},
    ),
    Kind.PICTURE: (
        "png",
        {"ring": drawing.ring, "square": drawing.square, BACKGROUND: drawing.empty},
    ),
    Kind.TABLE: (
        "csv",
        {"running": drawing.running, "worn": drawing.worn, BACKGROUND: drawing.idle},
    ),
}
"""The ending of the files of each kind, and how those of each label are drawn."""


def example_recordings(kind: Kind) -> Iterator[ExampleRecording]:
    """Yields the recordings of a kind, label by label."""
    ending, labels = _DRAWINGS[kind]
    for label, draw in labels.items():
        for number in range(EXAMPLES_A_LABEL):
            random = np.random.default_rng(zlib.crc32(f"{kind.value} {label} {number}".encode()))
            yield ExampleRecording(label, _split_of(number), f"{number + 1:02}.{ending}", draw(random))


def _split_of(number: int) -> Split:
    if number < _VALIDATION:
        return Split.VALIDATION
    return Split.TEST if number < _VALIDATION + _TEST else Split.TRAIN
