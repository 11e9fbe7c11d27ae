"""Marks on paper that are no digits: letters and scribbles, light on dark at 28 x 28 as MNIST has its digits.

The letters are those of the Hershey fonts, whose strokes a pen can follow (`Hershey-Fonts`, MIT licence; `pip download`
fetches the package, its digest is checked). Letters that look like digits (O, l, S, Z, B, g, q, y and others) are left
out.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.interpolate import CubicSpline

Images = NDArray[np.uint8]
Strokes = tuple[tuple[tuple[float, float], ...], ...]

SIDE = 28
LETTERS = "ACEFHKMNRUVWXcdhkmnruvwx"
FONTS = ("futural", "rowmans", "scripts", "scriptc", "timesi", "timesr")
HELD_OUT_FONTS = ("cursive", "futuram", "rowmand")
_FINER = 4
_PACKAGE = "Hershey-Fonts==2.1.0"
_WHEEL = "Hershey_Fonts-2.1.0-py2.py3-none-any.whl"
_SHA256 = "e53ef56bdef231f10f0576a6570f49fcc8442e45115028bc52a7ade15d824581"


@cache
def alphabet(cache_folder: Path, fonts: tuple[str, ...]) -> tuple[Strokes, ...]:
    """The strokes of every letter of the fonts, in a box about the middle whose longer side is 1."""
    wheel = cache_folder / _WHEEL
    if not wheel.exists():
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(cache_folder), _PACKAGE]
        subprocess.run(command, check=True)
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != _SHA256:
        raise RuntimeError(f"{wheel} is not the {_PACKAGE} that this model was trained on; delete it and try again")
    sys.path.append(str(wheel))
    from HersheyFonts import HersheyFonts  # from the wheel that was just checked

    letters = []
    for name in fonts:
        font = HersheyFonts()
        font.load_default_font(name)
        letters += [_boxed([tuple(stroke) for stroke in font.strokes_for_text(letter)]) for letter in LETTERS]
    return tuple(letters)


def _boxed(strokes: list[tuple[tuple[float, float], ...]]) -> Strokes:
    points = np.array([point for stroke in strokes for point in stroke], float)
    low, high = points.min(0), points.max(0)
    middle, longer = (low + high) / 2, float((high - low).max())
    return tuple(tuple(((x - middle[0]) / longer, (y - middle[1]) / longer) for x, y in stroke) for stroke in strokes)


def letter(letters: tuple[Strokes, ...], rng: np.random.Generator) -> Images:
    """Draws one of the letters, by a hand that is not quite steady."""
    strokes = letters[int(rng.integers(len(letters)))]
    shaky = rng.uniform(0, 0.03)
    moved_strokes = [[(x + rng.normal(0, shaky), y + rng.normal(0, shaky)) for x, y in stroke] for stroke in strokes]
    return _inked(moved_strokes, rng)


def scribble(rng: np.random.Generator) -> Images:
    """A pen that wanders: a smooth line, or straight ones to and fro."""
    knots = rng.uniform(-0.5, 0.5, (int(rng.integers(7, 13)), 2))
    if rng.random() < 0.4:
        return _inked([[(float(x), float(y)) for x, y in knots]], rng)
    line = CubicSpline(np.arange(len(knots)), knots)(np.linspace(0, len(knots) - 1, 12 * len(knots)))
    return _inked([[(float(x), float(y)) for x, y in np.clip(line, -0.6, 0.6)]], rng)


def _inked(strokes: list[list[tuple[float, float]]], rng: np.random.Generator) -> Images:
    sheet = Image.new("L", (SIDE * _FINER, SIDE * _FINER), 0)
    pencil = ImageDraw.Draw(sheet)
    width = int(rng.uniform(1.4, 3.2) * _FINER)
    for stroke in strokes:
        corners = [((SIDE / 2 + 20 * x) * _FINER, (SIDE / 2 + 20 * y) * _FINER) for x, y in stroke]
        pencil.line(corners, fill=255, width=width, joint="curve")
    return np.asarray(sheet.resize((SIDE, SIDE), Image.Resampling.BOX))
