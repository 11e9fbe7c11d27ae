"""Pictures with objects to count, drawn by rule: discs and squares on noise, and crosses that are neither."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from rune.datasets.export.data_folder import LIST, DataFolderRow, list_bytes
from rune.datasets.export.layout import VersionOrigin
from rune.datasets.positions import ObjectPosition, in_order
from tests.support.training.sight_and_sound_data import png

SIZE = 96
SHAPES = ("disc", "square", "cross")
_APART = 22
"""Pixels between the middles of two shapes: a cell of the grid is between them."""


def drawn(random: np.random.Generator) -> tuple[np.ndarray[Any, Any], list[ObjectPosition]]:
    """A picture u8 [96, 96, 3], and the positions of its discs and squares; crosses are no objects."""
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    pixels = random.normal(random.uniform(40, 90), 12, (SIZE, SIZE, 3))
    middles: list[tuple[float, float]] = []
    objects: list[ObjectPosition] = []
    for _ in range(random.integers(0, 7)):
        across, down = random.uniform(9, SIZE - 9, 2)
        if any(max(abs(across - each[0]), abs(down - each[1])) < _APART for each in middles):
            continue
        middles.append((across, down))
        shape, radius = str(random.choice(SHAPES)), random.uniform(5.5, 8)
        right, below = np.abs(x + 0.5 - across), np.abs(y + 0.5 - down)
        is_shape = {
            "disc": right**2 + below**2 < radius**2,
            "square": np.maximum(right, below) < 0.9 * radius,
            "cross": (np.minimum(right, below) < 1.8) & (np.maximum(right, below) < radius),
        }[shape]
        pixels[is_shape] = random.uniform(130, 240, 3) + random.normal(0, 8, (int(is_shape.sum()), 3))
        if shape != "cross":
            objects.append(ObjectPosition(shape, across / SIZE, down / SIZE))
    return np.clip(pixels, 0, 255).astype(np.uint8), objects


def write_counting(folder: Path, count: int = 240, groups: int = 8, *, without_positions: int = 0) -> Path:
    """Writes a data folder as `rune data pull` does, of pictures by so many people; the last ones without positions."""
    random = np.random.default_rng(33)
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(count):
        pixels, objects = drawn(random)
        data, name = png(pixels), f"{number:03}.png"
        (folder / name).write_bytes(data)
        group = f"person {number % groups}" if groups else ""
        # Of eight people, or of eight pictures, one tests and one chooses the epoch.
        split = {0: "test", 1: "validation"}.get((number % groups if groups else number) % 8, "train")
        positions = None if number >= count - without_positions else in_order(objects)
        rows.append(DataFolderRow(name, number + 1, sha256(data).hexdigest(), "bench", split, group, positions))
    (folder / LIST).write_bytes(list_bytes(VersionOrigin("acme/parts", 1, "sha256:1"), rows))
    return folder
