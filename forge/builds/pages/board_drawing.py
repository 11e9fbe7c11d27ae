"""Boards as drawings of our own: an outline, its connector, its chip and what it is known by. Pure; nothing is computed
from a drawing, and none is to scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rune.devices.boards.board import Board

WIDTH, HEIGHT = 318, 132
"""The width and height of the picture, in units of its own."""
_PIN_WIDTH, _PIN_HEIGHT, _PITCH, _MARGIN = 5, 6, 10, 8


class BoardOutline(StrEnum):
    """The outline of a board."""

    STICK = "stick"
    """Long and narrow, with pins along both sides."""
    TINY = "tiny"
    """A stick of a thumb's size."""
    SHIELD = "shield"
    """Larger, with sockets for shields on both sides."""
    KIT = "kit"
    """A maker's development kit, with a programmer at one end."""
    EDGE = "edge"
    """A board with contacts along one edge, and lamps."""


FORMS = {
    **dict.fromkeys(("microbit-v1", "microbit-v2"), BoardOutline.EDGE),
    **dict.fromkeys(
        (
            *("arduino-zero", "arduino-uno-r4-minima", "arduino-uno-r4-wifi"),
            *("nucleo-f446re", "nucleo-l476rg", "nucleo-h743zi"),
        ),
        BoardOutline.SHIELD,
    ),
    **dict.fromkeys(
        ("nrf52840-dk", "nrf5340-dk", "b-l475e-iot01a", "b-u585i-iot02a", "arm-mps3-an547"), BoardOutline.KIT
    ),
    **dict.fromkeys(
        (
            *("seeed-xiao-esp32c3", "seeed-xiao-esp32s3", "seeed-xiao-esp32s3-sense"),
            *("seeed-xiao-nrf52840-sense", "arduino-nicla-vision", "esp-eye"),
        ),
        BoardOutline.TINY,
    ),
}
"""The form of a board by its key; a board that is not listed is a stick."""

_SIZES = {
    BoardOutline.STICK: (214, 68),
    BoardOutline.TINY: (104, 84),
    BoardOutline.SHIELD: (176, 108),
    BoardOutline.KIT: (262, 104),
    BoardOutline.EDGE: (128, 108),
}


@dataclass(frozen=True)
class Rectangle:
    """A rectangle of a drawing."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class BoardDrawing:
    """The drawing, from bottom to top. `lamps` are those of a board that shows something by itself."""

    outline: Rectangle
    connector: Rectangle
    chip: Rectangle
    parts: tuple[Rectangle, ...]
    pins: tuple[Rectangle, ...]
    lamps: tuple[Rectangle, ...]
    label: str
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the chip, where its name stands."""
        return self.chip.x + self.chip.width / 2, self.chip.y + self.chip.height / 2 + 3


def board_drawing(board: Board) -> BoardDrawing:
    """The drawing of a board."""
    form = FORMS.get(board.key, BoardOutline.STICK)
    width, height = _SIZES[form]
    outline = Rectangle((WIDTH - width) / 2, (HEIGHT - height) / 2, width, height)
    chip = Rectangle(outline.x + width * _CHIP_AT[form] - 17, outline.y + height / 2 - 17, 34, 34)
    connector = Rectangle(outline.x - 9, outline.y + height / 2 - 14, 24, 28)
    if form is BoardOutline.EDGE:
        connector = Rectangle(outline.x + width / 2 - 14, outline.y - 9, 28, 20)
    return BoardDrawing(
        outline,
        connector,
        chip,
        tuple(_parts(form, outline, len(board.sensors))),
        _pins(form, outline),
        _lamps(outline) if form is BoardOutline.EDGE else (),
        board.chip if len(board.chip) <= 8 else board.chip[:7] + "\u2026",
    )


_CHIP_AT = {
    BoardOutline.STICK: 0.48,
    BoardOutline.TINY: 0.55,
    BoardOutline.SHIELD: 0.62,
    BoardOutline.KIT: 0.7,
    BoardOutline.EDGE: 0.17,
}
"""The middle of the chip, as a share of the board's length."""


def _parts(form: BoardOutline, outline: Rectangle, sensors: int) -> list[Rectangle]:
    """A programmer or a memory, and a small part for each sensor."""
    middle = outline.y + outline.height / 2
    if form is BoardOutline.EDGE:
        return [Rectangle(outline.x + outline.width - 24, middle - 8, 16, 16)]
    if form is BoardOutline.TINY:
        return [
            Rectangle(outline.x + outline.width - 18, middle - 22 + 15 * number, 10, 10) for number in range(sensors)
        ]
    parts = [Rectangle(outline.x + outline.width * 0.24, middle - 10, 18, 20)]
    at = outline.x + outline.width - 30
    return [*parts, *(Rectangle(at - 26 * number, middle - 8, 18, 16) for number in range(min(sensors, 2)))]


def _pins(form: BoardOutline, outline: Rectangle) -> tuple[Rectangle, ...]:
    if form is BoardOutline.EDGE:
        count, y = int((outline.width - 2 * _MARGIN) // _PITCH), outline.y + outline.height - 12
        return tuple(Rectangle(outline.x + _MARGIN + _PITCH * each, y, 7, 12) for each in range(count))
    count = int((outline.width - 2 * _MARGIN) // _PITCH)
    rows = (outline.y + 4, outline.y + outline.height - 4 - _PIN_HEIGHT)
    return tuple(
        Rectangle(outline.x + _MARGIN + _PITCH * each, y, _PIN_WIDTH, _PIN_HEIGHT)
        for y in rows
        for each in range(count)
    )


def _lamps(outline: Rectangle) -> tuple[Rectangle, ...]:
    """Five rows of five."""
    left, top = outline.x + outline.width / 2 - 18, outline.y + outline.height / 2 - 22
    return tuple(Rectangle(left + 9 * column, top + 9 * row, 4, 4) for row in range(5) for column in range(5))
