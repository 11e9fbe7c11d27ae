"""Objects of pictures as other tools mark them: boxes and points, of which the middle is kept.

A box that reaches past the border of its picture is clipped first. One that marks nothing of the picture refuses the
picture by name: left out, it would say that somebody looked and found nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rune.datasets.content.content import BadContent
from rune.datasets.positions import ObjectPosition, Positions

_MOST_STRETCHING: Final = 1.05
"""How much wider or narrower a picture may be than the one that was marked: other tools round sizes."""


@dataclass(frozen=True)
class ObjectBox:
    """The box of an object, in the units of the tool that wrote it. A point is a box without a size."""

    label: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class MarkedObjects:
    """The objects of one picture as a tool wrote them. Without a box, somebody looked and found none."""

    boxes: Sequence[ObjectBox]
    width: float = 1.0
    """The width of the whole picture in the units of the boxes; 0 where they are pixels of the stored picture."""
    height: float = 1.0
    marked_size: tuple[float, float] | None = None
    """Pixels of the picture that was marked, where the tool says them."""


def point(position: ObjectPosition) -> ObjectBox:
    """Returns a position that has no size."""
    return ObjectBox(position.label, position.x, position.y, position.x, position.y)


def sized_box(label: str, left: float, top: float, width: float, height: float) -> ObjectBox:
    """Returns a box of a size. Raises `BadContent` for one that has none: a press without a drag."""
    if width <= 0 or height <= 0:
        raise BadContent(f"The box of “{label}” has no width or no height. Draw it again, and export again.")
    return ObjectBox(label, left, top, left + width, top + height)


def middles(objects: MarkedObjects, width: int, height: int) -> Positions:
    """Returns the middles of the parts of boxes that are in a picture of this size, as fractions. Raises `BadContent`
    for a box outside of it, and for a picture of other proportions than the one that was marked."""
    if objects.marked_size is not None and objects.boxes:
        _check_proportions(*objects.marked_size, width, height)
    across, down = objects.width or width, objects.height or height
    return tuple(_middle(box, across, down) for box in objects.boxes)


def in_units_of(objects: MarkedObjects, width: float, height: float) -> MarkedObjects:
    """Returns objects whose boxes are pixels of a picture of this size, which the tool says beside them."""
    return replace(objects, width=width, height=height, marked_size=(width, height))


def labels_of(objects: MarkedObjects) -> Positions:
    """Returns the labels of objects as positions of which only the label counts."""
    return tuple(ObjectPosition(box.label, 0.0, 0.0) for box in objects.boxes)


def do_agree(one: Iterable[ObjectBox], other: Iterable[ObjectBox]) -> bool:
    """Returns whether two people marked the same objects: each of one has its own of the other, around each other's
    middle."""
    rest = list(other)
    for box in one:
        match = next((each for each in rest if each.label == box.label and _is_same(box, each)), None)
        if match is None:
            return False
        rest.remove(match)
    return not rest


def _is_same(one: ObjectBox, other: ObjectBox) -> bool:
    if (one.left, one.top) == (one.right, one.bottom) or (other.left, other.top) == (other.right, other.bottom):
        return one == other
    return _has_middle_of(one, other) and _has_middle_of(other, one)


def _has_middle_of(box: ObjectBox, other: ObjectBox) -> bool:
    x, y = (other.left + other.right) / 2, (other.top + other.bottom) / 2
    return box.left <= x <= box.right and box.top <= y <= box.bottom


def _middle(box: ObjectBox, width: float, height: float) -> ObjectPosition:
    left, right = max(box.left, 0.0), min(box.right, width)
    top, bottom = max(box.top, 0.0), min(box.bottom, height)
    is_box = box.right > box.left or box.bottom > box.top
    # A box that only touches the border has no part in the picture; a point on the border is in it.
    if left > right or top > bottom or (is_box and (left == right or top == bottom)):
        raise BadContent(
            f"The mark of “{box.label}” is outside of the picture. Move or delete it where it was drawn, and export "
            "again."
        )
    return ObjectPosition(box.label, (left + right) / 2 / width, (top + bottom) / 2 / height)


def _check_proportions(marked_width: float, marked_height: float, width: int, height: int) -> None:
    stretching = (width * marked_height) / (height * marked_width)
    if not 1 / _MOST_STRETCHING <= stretching <= _MOST_STRETCHING and not _is_rounding(
        marked_width, marked_height, width, height
    ):
        raise BadContent(
            f"Its objects were marked on a picture of {marked_width:g} × {marked_height:g} pixels, and this one has "
            f"{width} × {height}. Put the picture that was marked into the archive."
        )


def _is_rounding(marked_width: float, marked_height: float, width: int, height: int) -> bool:
    """Returns whether two sizes of a very small picture differ by the rounding to whole pixels alone."""
    scale = min(width / marked_width, height / marked_height)
    return abs(marked_width * scale - width) <= 1 and abs(marked_height * scale - height) <= 1
