"""The data with which a page draws a recording."""

from __future__ import annotations

from typing import Annotated, TypedDict


class DrawingJson(TypedDict, total=False):
    """The data for drawing a recording: peaks of a sound, points of motion, the size of a picture."""

    rate: Annotated[int, "of a sound, in Hz"]
    peaks: Annotated[list[int], "of a sound, in order, each 0 to 100"]
    axes: Annotated[
        list[list[int]],
        "of motion: x, y and z; of a table: its first columns, or the numbers of its only row; each point -100 to 100",
    ]
    width: int
    height: int
