"""The boards of a search, one or two, and the limits of memory on them. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass

from forge.core.errors import Invalid
from forge.learning.searches.models import ModelSearch
from rune.devices.boards.board import Board
from rune.devices.boards.lookup import UnknownBoard, find_board
from rune.devices.emulation.cores import CORES

MEMORY = ("ram", "flash")
"""The limits that hold on both boards; the others are of the first."""


@dataclass(frozen=True)
class SearchBoards:
    """The boards that trials have to fit. Trials are compared by what they need on the first."""

    first: Board
    second: Board | None = None

    @property
    def all(self) -> tuple[Board, ...]:
        """The first, and the second if there is one."""
        return (self.first,) if self.second is None else (self.first, self.second)

    @property
    def text(self) -> str:
        """The names of the boards, as a sentence has them."""
        return " and ".join(each.name for each in self.all)

    def stored_limit(self, name: str, limit: float | None) -> float | None:
        """Returns a limit of `MEMORY` as a search stores it. The memory of the boards is the limit where none or more
        is chosen; None stands for that where they have different amounts."""
        memories = {getattr(each, name) for each in self.all}
        if limit is not None and limit < max(memories):
            return limit
        return memories.pop() if len(memories) == 1 else None

    def limits_on_each(self, name: str, limit: float | None) -> tuple[float, ...]:
        """Returns the stored limit of `MEMORY` as it is on each board: no more than the board has."""
        return tuple(min(limit or memory, memory) for memory in (getattr(each, name) for each in self.all))


def boards_of(search: ModelSearch) -> SearchBoards:
    """The boards of a stored search."""
    return SearchBoards(find_board(search.board), find_board(search.second_board) if search.second_board else None)


def checked_boards(key: str, second_key: str) -> SearchBoards:
    """The boards with these keys; "" stands for no second one. Raises `Invalid` for an unknown board, for one whose
    core no emulator counts on, and for the same board twice."""
    first = _checked_board("board", key)
    if not second_key:
        return SearchBoards(first)
    second = _checked_board("second_board", second_key)
    if second == first:
        reason = f"Both boards of the search are {first.name}."
        raise Invalid(reason, errors={"second_board": ["Choose another second board, or none."]})
    return SearchBoards(first, second)


def _checked_board(name: str, key: str) -> Board:
    try:
        board = find_board(key)
    except UnknownBoard as error:
        raise Invalid(str(error), errors={name: [str(error)]}) from error
    if board.target not in CORES:
        reason = f"No emulator counts on {board.target}, the core of {board.name}."
        raise Invalid(reason, errors={name: ["Choose another board."]})
    return board
