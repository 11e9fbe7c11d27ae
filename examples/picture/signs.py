"""Signs on cards as a camera sees them: arrows and crosses in many designs, in front of anything. Made by arithmetic.

Behind them are the photograph `china.jpg` (training) or `flower.jpg` (test) of scikit-learn and patterns; there are no
real photographs of signs, and the README says so. Needs Pillow. Nothing is learned here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from sklearn.datasets import load_sample_image

Picture = NDArray[np.uint8]
Point = tuple[float, float]
Mark = Callable[[Image.Image, int, np.random.Generator], None]
"""Draws something on a card of `CARD` x `CARD` pixels, in ink from 0 to 255."""

SIDE = 64
LABELS = ("nothing", "left", "right", "forward", "stop")
NOTHING = 0
CARD = 160
"""Pixels of a card, and of a picture before a camera has seen it."""
_FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
_GLYPHS = {"left": "←⇐⇦◀", "right": "→⇒⇨▶", "forward": "↑⇑⇧▲", "stop": "×✕✖╳"}
"""Designs for the test alone, which no training picture has."""
_TURN = {"right": 0.0, "forward": -np.pi / 2, "left": np.pi}


def example(rng: np.random.Generator, *, photograph: str = "china.jpg", printed: bool = False) -> tuple[Picture, int]:
    """A picture and its label. `printed`: the sign is a character of a font and not drawn."""
    label = int(rng.integers(len(LABELS)))
    picture = background(photograph, rng)
    if label != NOTHING or rng.random() < 0.6:
        put_card(picture, None if label == NOTHING else partial(_sign, LABELS[label], printed), rng)
    return camera_picture(picture, rng), label


def camera_picture(picture: Image.Image, rng: np.random.Generator) -> Picture:
    """Returns a picture as a camera takes it: out of focus, in some light, with the sensor's noise, at 64 x 64 in
    grey."""
    blurred_picture = picture.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.3, 3.2))))
    small = np.asarray(blurred_picture.resize((SIDE, SIDE), Image.Resampling.BOX), np.float32) / 255
    across = np.linspace(-1, 1, SIDE, dtype=np.float32)
    turn, slope = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.35)
    light = 1 + slope * (np.cos(turn) * across[:, None] + np.sin(turn) * across[None, :])
    lit = (small * light * rng.uniform(0.45, 1.25) + rng.uniform(0, 0.15)) ** rng.uniform(0.7, 1.4)
    noisy = lit + rng.normal(0, rng.uniform(0.0, 0.05), lit.shape)
    return np.round(255 * np.clip(noisy, 0, 1)).astype(np.uint8)


@cache
def _photograph(name: str) -> Image.Image:
    return Image.fromarray(load_sample_image(name)).convert("L")


def background(photograph: str, rng: np.random.Generator) -> Image.Image:
    """A part of a photograph, a plain wall or a pattern, in grey."""
    kind = rng.random()
    if kind < 0.5:
        whole = _photograph(photograph)
        side = int(rng.integers(60, min(whole.size)))
        left, top = (int(rng.integers(0, length - side + 1)) for length in whole.size)
        cut = whole.crop((left, top, left + side, top + side)).resize((CARD, CARD))
        return cut.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else cut
    if kind < 0.75:
        return Image.new("L", (CARD, CARD), int(rng.integers(20, 240)))
    picture = Image.new("L", (CARD, CARD), int(rng.integers(0, 255)))
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(3, 14))):
        corners = [(float(x), float(y)) for x, y in rng.uniform(-30, CARD + 30, (int(rng.integers(3, 6)), 2))]
        draw.polygon(corners, fill=int(rng.integers(0, 256)))
    return picture


def put_card(picture: Image.Image, mark: Mark | None, rng: np.random.Generator) -> None:
    """A card with a mark, or with a scribble or nothing, held somewhat askew, bright on dark or dark on bright."""
    paper, ink = float(rng.uniform(160, 255)), float(rng.uniform(0, 110))
    if rng.random() < 0.25:
        paper, ink = ink, paper
    card = Image.new("L", (CARD, CARD), int(paper))
    if mark is not None:
        mark(card, int(ink), rng)
    elif rng.random() < 0.8:
        _scribble(ImageDraw.Draw(card), int(ink), rng)
    size = CARD * rng.uniform(0.5, 1.15)
    middle = CARD / 2 + rng.uniform(-1, 1, 2) * max(CARD - size, 16) / 2
    turn = rng.normal(0, 0.16)
    corners = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        along = np.array([x, y]) * size / 2 * rng.uniform(0.88, 1.05, 2)
        corners.append(
            (
                middle[0] + along[0] * np.cos(turn) - along[1] * np.sin(turn),
                middle[1] + along[0] * np.sin(turn) + along[1] * np.cos(turn),
            )
        )
    plan = _perspective(corners)
    moved_card = card.transform((CARD, CARD), Image.Transform.PERSPECTIVE, plan, Image.Resampling.BILINEAR)
    shape = Image.new("L", (CARD, CARD), 0)
    ImageDraw.Draw(shape).polygon(corners, fill=255)
    if rng.random() < 0.3 and mark is not None:  # on the wall itself, with no card to be seen
        has_ink = np.abs(np.asarray(moved_card, np.float32) - paper) > abs(paper - ink) / 2
        shape = Image.fromarray((has_ink & (np.asarray(shape) > 0)).astype(np.uint8) * 255)
        behind = float(np.asarray(picture).mean())
        moved_card = Image.new("L", (CARD, CARD), int(0.15 * behind if behind > 110 else min(behind * 2 + 90, 255)))
    picture.paste(moved_card, (0, 0), shape)


def _perspective(corners: list[Point]) -> tuple[float, ...]:
    """The eight numbers by which Pillow finds the place on the card of each place in the picture."""
    rows, answers = [], []
    card = ((0, 0), (CARD, 0), (CARD, CARD), (0, CARD))
    for (x, y), (u, v) in zip(corners, card, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        answers += [u, v]
    return tuple(float(value) for value in np.linalg.solve(np.array(rows), np.array(answers)))


def _sign(sign: str, printed: bool, card: Image.Image, ink: int, rng: np.random.Generator) -> None:
    if printed:
        _print(card, sign, ink, rng)
    else:
        _draw(ImageDraw.Draw(card), sign, ink, rng)


def _draw(draw: ImageDraw.ImageDraw, sign: str, ink: int, rng: np.random.Generator) -> None:
    pen = rng.uniform(5, 22)
    reach = rng.uniform(38, 62)
    if sign == "stop":
        wide, high = rng.uniform(0.75, 1.0, 2) * reach
        strokes = [[(-wide, -high), (wide, high)], [(-wide, high), (wide, -high)]]
        _strokes(draw, strokes, 0.0, pen, ink, rng)
        return
    turn = _TURN[sign]
    kind, barb = rng.random(), rng.uniform(0.35, 0.75) * reach
    if kind < 0.45:  # a line with two barbs
        strokes = [[(-reach, 0), (reach, 0)], [(reach - barb, -barb), (reach, 0), (reach - barb, barb)]]
        _strokes(draw, strokes, turn, min(pen, 15), ink, rng)
    elif kind < 0.6:  # a chevron
        _strokes(draw, [[(-0.4 * reach, -reach), (0.5 * reach, 0), (-0.4 * reach, reach)]], turn, pen, ink, rng)
    else:  # a block, or a triangle on a shaft
        neck, half = reach - barb * rng.uniform(0.8, 1.4), barb * rng.uniform(0.25, 0.6)
        outline = [
            (-reach, -half),
            (neck, -half),
            (neck, -barb),
            (reach, 0),
            (neck, barb),
            (neck, half),
            (-reach, half),
        ]
        corners = _placed(outline, turn, rng)
        if rng.random() < 0.75:
            draw.polygon(corners, fill=ink)
        else:
            draw.line([*corners, corners[0], corners[1]], fill=ink, width=int(min(pen, 9)), joint="curve")


def _strokes(
    draw: ImageDraw.ImageDraw, strokes: list[list[Point]], turn: float, pen: float, ink: int, rng: np.random.Generator
) -> None:
    for stroke in strokes:
        corners = _placed(stroke, turn, rng)
        draw.line(corners, fill=ink, width=int(pen), joint="curve")
        if pen > 8:
            for x, y in corners:
                draw.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=ink)


def _placed(points: list[Point], turn: float, rng: np.random.Generator) -> list[Point]:
    """Returns the points turned, moved to the middle of the card, and as unsteady as a hand."""
    cos, sin = np.cos(turn), np.sin(turn)
    shaky = rng.uniform(0, 4)
    return [
        (
            float(CARD / 2 + x * cos - y * sin + rng.normal(0, shaky)),
            float(CARD / 2 + x * sin + y * cos + rng.normal(0, shaky)),
        )
        for x, y in points
    ]


def _print(card: Image.Image, sign: str, ink: int, rng: np.random.Generator) -> None:
    glyph = str(rng.choice(list(_GLYPHS[sign])))
    font = ImageFont.truetype(str(_FONT), int(rng.integers(110, 170)))
    ImageDraw.Draw(card).text((CARD / 2, CARD / 2), glyph, fill=ink, font=font, anchor="mm")


def _scribble(draw: ImageDraw.ImageDraw, ink: int, rng: np.random.Generator) -> None:
    """Pictures without a sign: circles, boxes, single lines, waves."""
    kind, pen = rng.random(), int(rng.uniform(4, 18))
    x, y = rng.uniform(20, 60, 2)
    box = (x, y, x + rng.uniform(40, 90), y + rng.uniform(40, 90))
    if kind < 0.25:
        draw.ellipse(box, outline=ink, width=pen)
    elif kind < 0.45:
        draw.rectangle(box, outline=ink, width=pen)
    elif kind < 0.6:
        draw.line([(float(a), float(b)) for a, b in rng.uniform(15, CARD - 15, (2, 2))], fill=ink, width=pen)
    elif kind < 0.8:
        across = np.linspace(20, CARD - 20, 24)
        wave = CARD / 2 + rng.uniform(8, 40) * np.sin(across / rng.uniform(4, 20))
        draw.line([(float(a), float(b)) for a, b in zip(across, wave, strict=True)], fill=ink, width=pen // 2 + 2)
    else:
        draw.line(
            [(float(a), float(b)) for a, b in rng.uniform(15, CARD - 15, (int(rng.integers(4, 9)), 2))],
            fill=ink,
            width=pen // 2 + 2,
        )
