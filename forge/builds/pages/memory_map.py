"""The picture of a rune's memory on a build's page: what lies where in the arena, and in which steps. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 720, 240
"""The width and height of the picture, in units of its own."""
TINTS = 6
"""Colours that buffers take by turns."""
LEAST_WIDTH, LEAST_HEIGHT, LETTER = 60, 16, 7
"""A rectangle that has room for a name, and about how wide one letter is."""


@dataclass(frozen=True)
class BufferRectangle:
    """A buffer: a rectangle, and the text that people read of it.

    `label` is as much of its name as there is room for.
    """

    x: float
    y: float
    width: float
    height: float
    tint: int
    label: str
    name: str
    size: int
    offset: int
    steps: str


@dataclass(frozen=True)
class MemoryPicture:
    """`fullest` is the step that needs the most, `peak` what it needs in bytes."""

    arena: int
    buffers: tuple[BufferRectangle, ...]
    fullest: str
    peak: int
    steps: int
    width: int = WIDTH
    height: int = HEIGHT


def memory_picture(report: Mapping[str, Any]) -> MemoryPicture | None:
    """The picture, of a build's report; None where an older toolchain wrote none, or nothing has memory."""
    layout = report.get("memory_map")
    if not layout or not layout["buffers"] or not layout["arena"]:
        return None
    steps, arena, buffers = layout["steps"], layout["arena"], layout["buffers"]
    needs = [
        sum(each["size"] for each in buffers if each["first"] <= number <= each["last"]) for number in range(len(steps))
    ]
    fullest = max(range(len(steps)), key=needs.__getitem__)
    rectangles = tuple(_rectangle(number, each, steps, arena) for number, each in enumerate(buffers))
    return MemoryPicture(arena, rectangles, steps[fullest], needs[fullest], len(steps))


def _rectangle(number: int, buffer: Mapping[str, Any], steps: list[str], arena: int) -> BufferRectangle:
    first, last, size = buffer["first"], buffer["last"], buffer["size"]
    width = WIDTH * (last - first + 1) / len(steps)
    height = HEIGHT * size / arena
    has_room = width >= LEAST_WIDTH and height >= LEAST_HEIGHT
    return BufferRectangle(
        x=round(WIDTH * first / len(steps), 2),
        y=round(HEIGHT * (1 - (buffer["offset"] + size) / arena), 2),
        width=round(width, 2),
        height=round(height, 2),
        tint=number % TINTS,
        label=_cut(buffer["name"], int(width / LETTER) - 1) if has_room else "",
        name=buffer["name"],
        size=size,
        offset=buffer["offset"],
        steps=steps[first] if first == last else f"{steps[first]} to {steps[last]}",
    )


def _cut(name: str, letters: int) -> str:
    """Returns as many of a name's last words as there is room for; for a long word its end."""
    words = name.split(" ")
    tails = (" ".join(words[start:]) for start in range(len(words)))
    return next((tail for tail in tails if len(tail) <= letters), f"…{name[1 - letters :]}")
