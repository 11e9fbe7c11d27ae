"""Digits as a finger draws them: a few strokes each, black on white, at any place, size and pen width."""

from __future__ import annotations

from PIL import Image, ImageDraw

_FINER = 8

STROKES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "0": (((0.5, 0), (0.2, 0.1), (0.05, 0.5), (0.2, 0.9), (0.5, 1), (0.8, 0.9), (0.95, 0.5), (0.8, 0.1), (0.5, 0)),),
    "1": (((0.3, 0.2), (0.55, 0), (0.55, 1)),),
    "2": (((0.1, 0.25), (0.3, 0.02), (0.7, 0.02), (0.85, 0.25), (0.7, 0.5), (0.1, 1), (0.9, 1)),),
    "3": (
        ((0.1, 0.05), (0.6, 0), (0.85, 0.2), (0.7, 0.42), (0.4, 0.48), (0.75, 0.55), (0.9, 0.8), (0.6, 1), (0.1, 0.95)),
    ),
    "4": (((0.65, 1), (0.65, 0), (0.05, 0.65), (0.95, 0.65)),),
    "5": (((0.85, 0), (0.2, 0), (0.15, 0.45), (0.6, 0.4), (0.9, 0.65), (0.75, 0.95), (0.4, 1), (0.1, 0.9)),),
    "6": (((0.75, 0), (0.35, 0.25), (0.1, 0.65), (0.25, 0.98), (0.65, 1), (0.85, 0.75), (0.6, 0.52), (0.15, 0.65)),),
    "7": (((0.05, 0), (0.95, 0), (0.4, 1)),),
    "8": (
        ((0.5, 0.47), (0.2, 0.3), (0.25, 0.05), (0.5, 0), (0.75, 0.05), (0.8, 0.3), (0.5, 0.47),
         (0.15, 0.7), (0.2, 0.93), (0.5, 1), (0.8, 0.93), (0.85, 0.7), (0.5, 0.47)),
    ),
    "9": (((0.85, 0.3), (0.6, 0.48), (0.25, 0.42), (0.15, 0.18), (0.45, 0), (0.8, 0.1), (0.85, 0.3), (0.75, 1)),),
}  # fmt: skip
"""The corners of each stroke in a box of 1 x 1, y downwards."""

LETTERS: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "A": (((0, 1), (0.5, 0), (1, 1)), ((0.2, 0.6), (0.8, 0.6))),
    "E": (((0.9, 0), (0.1, 0), (0.1, 1), (0.9, 1)), ((0.1, 0.5), (0.75, 0.5))),
    "H": (((0.05, 0), (0.05, 1)), ((0.95, 0), (0.95, 1)), ((0.05, 0.5), (0.95, 0.5))),
    "K": (((0.1, 0), (0.1, 1)), ((0.9, 0), (0.1, 0.55)), ((0.35, 0.4), (0.95, 1))),
    "M": (((0, 1), (0.05, 0), (0.5, 0.7), (0.95, 0), (1, 1)),),
    "N": (((0.05, 1), (0.05, 0), (0.95, 1), (0.95, 0)),),
    "W": (((0, 0), (0.25, 1), (0.5, 0.3), (0.75, 1), (1, 0)),),
    "X": (((0.05, 0), (0.95, 1)), ((0.95, 0), (0.05, 1))),
}
"""Letters of which none looks like a digit."""


def draw(
    mark: str, *, left: float = 9, top: float = 5, width: float = 10, height: float = 18, pen: float = 2.4
) -> bytes:
    """The 28 x 28 grey pixels of the drawing pad with a digit or letter; places and sizes in pixels."""
    paper = Image.new("L", (28 * _FINER, 28 * _FINER), 255)
    pencil = ImageDraw.Draw(paper)
    for stroke in (STROKES | LETTERS).get(mark, ()):
        corners = [((left + x * width) * _FINER, (top + y * height) * _FINER) for x, y in stroke]
        pencil.line(corners, fill=0, width=round(pen * _FINER), joint="curve")
        radius = pen * _FINER / 2
        for x, y in corners:
            pencil.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    return paper.resize((28, 28), Image.Resampling.BOX).tobytes()
