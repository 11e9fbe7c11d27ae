"""Finds the boards: the files that end in .toml beside this one."""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path

from rune.devices.boards.board import Board
from rune.devices.boards.reading import read_board


class UnknownBoard(Exception):
    """There is no board of this `key`; `near` are those that look similar."""

    def __init__(self, key: str, near: tuple[str, ...]) -> None:
        suggestion = f"; did you mean {' or '.join(near)}?" if near else "; rune boards lists them"
        super().__init__(f"there is no board {key!r}{suggestion}")
        self.key = key
        self.near = near


@cache
def boards() -> tuple[Board, ...]:
    """Returns all boards by name. Raises `rune.devices.boards.reading.BadBoard`."""
    files = Path(__file__).parent.glob("*.toml")
    all_boards = (read_board(path.stem, path.read_text("utf-8")) for path in files)
    return tuple(sorted(all_boards, key=lambda board: board.name.casefold()))


def find_board(key: str) -> Board:
    """Finds a board by its key. Raises `UnknownBoard`."""
    for board in boards():
        if board.key == key:
            return board
    raise UnknownBoard(key, tuple(difflib.get_close_matches(key, [board.key for board in boards()], 2)))
