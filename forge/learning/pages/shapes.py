"""Shapes as a person writes them."""

from __future__ import annotations

from forge.core.errors import Invalid
from forge.learning.pages.lists import check_list
from rune.wording import quoted

MAX_DIGITS = 8


def parsed_shapes(text: str) -> dict[str, list[int]]:
    """The shapes in `frames=49x10`, several behind spaces. Raises `Invalid`."""
    check_list(text, "shapes")
    shapes = {}
    for word in text.split():
        name, separator, sizes = word.rpartition("=")
        parts = sizes.split("x")
        if (
            not separator
            or not name
            or not all(part.isascii() and part.isdigit() and len(part) <= MAX_DIGITS for part in parts)
        ):
            raise Invalid(f"{quoted(word)} is not a shape. Write frames=49x10, without the batch.")
        shapes[name] = [int(part) for part in parts]
    return shapes
