"""Letters on cards as a camera sees them, in the scenes of the template `picture`: what a backbone learns before signs.

No label of them is a label of a sign, and no letter that resembles an arrow or a cross is among them.
"""

from __future__ import annotations

import sys
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from benchmarks.figure import ROOT

LETTERS = "BCDEFGHJKLMNPQRS"
FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSansMono", "DejaVuSansMono-Bold")
"""The fonts of Debian's `fonts-dejavu-core`."""
SIZE = 48
"""Pixels of width and height that the backbone reads."""
_FOLDER = Path("/usr/share/fonts/truetype/dejavu")
_SEED = 71
_ENDS = (0.9, 0.95)
"""Shares of the pictures at which the train and the validation split end."""


def signs() -> Any:
    """The module that draws the pictures of the template `picture`."""
    sys.path.append(str(ROOT / "examples" / "picture"))
    import signs as drawing  # type: ignore[import-not-found]

    return drawing


def save_letters(path: Path, count: int) -> None:
    """Writes so many pictures as arrays: `inputs` u8 [n, 48, 48], `labels` as places in `LETTERS`, and `splits` 0 to
    2: train, validation and test."""
    with Pool() as pool:
        inputs = pool.map(_letter, range(count), chunksize=200)
    numbers = np.arange(count)
    np.savez(path, inputs=inputs, labels=numbers % len(LETTERS), splits=np.digitize(numbers / count, _ENDS))


def _letter(number: int) -> NDArray[np.uint8]:
    scenes, rng = signs(), np.random.default_rng([_SEED, number])
    picture = scenes.background("china.jpg", rng)
    scenes.put_card(picture, partial(_print, LETTERS[number % len(LETTERS)]), rng)
    return np.asarray(Image.fromarray(scenes.camera_picture(picture, rng)).resize((SIZE, SIZE), Image.Resampling.BOX))


def _print(letter: str, card: Image.Image, ink: int, rng: np.random.Generator) -> None:
    """A letter of some font and size, somewhere on its card."""
    font = ImageFont.truetype(str(_FOLDER / f"{rng.choice(FONTS)}.ttf"), int(rng.integers(90, 170)))
    x, y = (float(each) for each in card.width / 2 + rng.normal(0, 6, 2))
    ImageDraw.Draw(card).text((x, y), letter, fill=ink, font=font, anchor="mm")
