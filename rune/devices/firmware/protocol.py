"""The protocol between a board and its host: docs/reference/serial.md."""

from __future__ import annotations

from typing import Final, TypedDict

PROTOCOL: Final = 1
"""The version of docs/reference/serial.md."""


class BoardPortJson(TypedDict):
    """An input or output: how many bytes it has, or how many texts, at most. `optional` where a run may be without it,
    `sizes` how many sizes a run decides and sends before it."""

    name: str
    capability: str
    type: str
    bytes: int
    texts: int
    optional: bool
    sizes: int


class HelloJson(TypedDict):
    """A board's description of its rune; `digest` is that of the rune for a browser."""

    protocol: int
    rune: str
    digest: str
    board: str
    clock_hz: int
    inputs: list[BoardPortJson]
    outputs: list[BoardPortJson]
    steps: list[str]
