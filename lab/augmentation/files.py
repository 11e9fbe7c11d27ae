"""The files of augmentation examples: pictures and spectrograms as PNG, sounds as WAV, motion as CSV."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lab.augmentation.examples import Array, AugmentationExample, AugmentedInput
from rune.datasets.content.content import Kind
from rune.datasets.convert.pictures import colour_png, grey_png

_AXES = ("x", "y", "z")
_LONGEST = 40
"""Characters of a label in the name of a folder."""


def example_files(examples: Sequence[AugmentationExample], kind: Kind) -> Mapping[str, bytes]:
    """Returns the bytes of all files by their paths: a folder for each recording, with the window as it is as
    `original` and the draws under numbers."""
    files: dict[str, bytes] = {}
    for number, example in enumerate(examples, 1):
        folder = f"{number}-{_slug(example.label)[:_LONGEST]}"
        for name, view in _named_inputs(example):
            suffix, data = _drawing(example, view, kind)
            files[f"{folder}/{name}{suffix}"] = data
            if view.sound:
                files[f"{folder}/{name}.wav"] = view.sound
    return files


def _named_inputs(example: AugmentationExample) -> list[tuple[str, AugmentedInput]]:
    draws = enumerate(example.draws, 1)
    return [
        ("original", example.original),
        *((f"{number}-{_slug(each.caption)}" if each.caption else str(number), each) for number, each in draws),
    ]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "recording"


def _drawing(example: AugmentationExample, view: AugmentedInput, kind: Kind) -> tuple[str, bytes]:
    """The ending and the bytes of the file with the numbers of a window."""
    if kind is Kind.MOTION:
        return ".csv", _table(view.values)
    levels = example.levels(view)
    if kind is Kind.SOUND:
        levels = levels.T[::-1, :, None]  # time goes to the right, and low tones are at the bottom
    height, width, channels = levels.shape
    return ".png", (grey_png if channels == 1 else colour_png)(width, height, levels.tobytes())


def _table(values: Array) -> bytes:
    rows = [",".join(_AXES), *(",".join(f"{number:.6g}" for number in row) for row in values)]
    return ("\n".join(rows) + "\n").encode()
