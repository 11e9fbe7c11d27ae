"""The places of objects in a picture, as somebody marked them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypedDict

from rune.datasets.content.content import BadContent
from rune.datasets.label_names import WORD_LIMIT

MAX_POSITIONS: Final = 300
"""Objects of one picture."""
MAX_PLACES: Final = 500
"""Marked places of one sound."""
NOTHING: Final = "nothing"
"""The label of a picture in which somebody found no object, where nobody gave it another."""
_DIGITS: Final = 5
"""Decimals of a coordinate: finer than a pixel of the largest picture that is stored."""


class ObjectPositionJson(TypedDict):
    """A position in JSON, as manifests, lists and the API have it."""

    label: str
    x: float
    y: float


@dataclass(frozen=True)
class ObjectPosition:
    """The centre of an object, as fractions 0..1 of the stored picture."""

    label: str
    x: float
    """The distance from the left edge, as a fraction of the width."""
    y: float
    """The distance from the upper edge, as a fraction of the height."""


Positions = tuple[ObjectPosition, ...]
"""The objects of one picture from top to bottom, each once. None in its place means that nobody marked the picture; an
empty tuple, that somebody found no object in it."""


def read_positions(value: Any) -> Positions | None:
    """Returns the positions of a JSON value: a list of objects with `label`, `x` and `y`, or None.

    Raises `BadContent` for any other value, for more than `MAX_POSITIONS`, and for a position that is not in the
    picture or has no label.
    """
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        raise BadContent("The positions are not a list.")
    if len(value) > MAX_POSITIONS:
        raise BadContent(f"A picture has at most {MAX_POSITIONS} positions, and this one has {len(value):,}.")
    return in_order(_position(each) for each in value)


def in_order(positions: Iterable[ObjectPosition]) -> Positions:
    """Returns positions in their order, each once, with rounded coordinates: the same objects give the same bytes."""
    rounded = {ObjectPosition(each.label, round(each.x, _DIGITS), round(each.y, _DIGITS)) for each in positions}
    return tuple(sorted(rounded, key=lambda each: (each.y, each.x, each.label)))


def positions_to_json(positions: Iterable[ObjectPosition]) -> list[ObjectPositionJson]:
    """Returns positions as JSON; `read_positions` reads them."""
    return [ObjectPositionJson(label=each.label, x=each.x, y=each.y) for each in positions]


def counts_of(positions: Iterable[ObjectPosition]) -> Mapping[str, int]:
    """Returns how many objects there are of each label, the most frequent first."""
    counts = Counter(each.label for each in positions)
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def label_of_positions(positions: Sequence[ObjectPosition]) -> str:
    """Returns the label of a picture that has none of its own: that of most of its objects, or `NOTHING`."""
    return next(iter(counts_of(positions)), NOTHING)


def _position(value: Any) -> ObjectPosition:
    if not isinstance(value, Mapping):
        raise BadContent("A position is not an object with label, x and y.")
    label, x, y = value.get("label"), value.get("x"), value.get("y")
    if not (isinstance(label, str) and 0 < len(label) <= WORD_LIMIT and label.isprintable() and label.strip() == label):
        raise BadContent(f"A position needs a label of 1 to {WORD_LIMIT} printable characters.")
    return ObjectPosition(label, _fraction(x, "x"), _fraction(y, "y"))


def _fraction(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadContent(f"The {name} of a position is not a number.")
    # This is false for NaN too.
    if not 0 <= value <= 1:
        raise BadContent(f"The {name} of a position is not in the picture, which reaches from 0 to 1.")
    # -0.0 is 0, and has other bytes.
    return float(value) + 0.0
