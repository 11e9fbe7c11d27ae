"""The limits of a candidate on one device. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rune.devices.boards.board import Board
from rune.devices.boards.fit import Needs, run_time
from rune.wording import milliseconds_text, size_text


@dataclass(frozen=True)
class TimeLimit:
    """The most milliseconds of one run on a board. Time is estimated as a range, of which the upper end is limited."""

    milliseconds: float
    board: Board


@dataclass(frozen=True)
class DeviceLimits:
    """The most of each, None where there is no limit: bytes of RAM and of flash, instructions of one run, and its
    time."""

    ram: int | None = None
    flash: int | None = None
    instructions: int | None = None
    time: TimeLimit | None = None
    are_chosen: bool = True
    """Whether somebody chose one of them. The memory of a board alone says what is possible, not what is wanted."""

    def within(self, board: Board, milliseconds: float | None = None) -> DeviceLimits:
        """Returns the limits on a board: where no limit or a larger one was chosen, its memory is the limit.
        `milliseconds` limit the time of a run on it."""
        ram, flash = min(self.ram or board.ram, board.ram), min(self.flash or board.flash, board.flash)
        is_memory_chosen = ram < board.ram or flash < board.flash
        time = self.time if milliseconds is None else TimeLimit(milliseconds, board)
        are_chosen = is_memory_chosen or self.instructions is not None or time is not None
        return DeviceLimits(ram, flash, self.instructions, time, are_chosen)

    def excesses(self, needs: Needs) -> Mapping[str, float]:
        """Returns by how much each limit is exceeded, as a share of it; 0 or less where it is not."""
        return {name: need / limit - 1 for name, need, limit in self._limited(needs)}

    def excess_texts(self, needs: Needs) -> Sequence[str]:
        """The limits that are exceeded, each as a part of a sentence."""
        return [
            f"{_NAMES[name]} {_text(name, need)} of at most {_text(name, limit)}"
            for name, need, limit in self._limited(needs)
            if need > limit
        ]

    @property
    def has_choice(self) -> bool:
        """Whether there is a limit that somebody chose, which says what may be used."""
        limits = (self.ram, self.flash, self.instructions, self.time)
        return self.are_chosen and any(each is not None for each in limits)

    def _limited(self, needs: Needs) -> Iterator[tuple[str, float, float]]:
        for name in COUNTED:
            need, limit = getattr(needs, name), getattr(self, name)
            if need is not None and limit is not None:
                yield name, need, limit
        if self.time is not None and needs.instructions is not None:
            yield _TIME, run_time(needs.instructions, self.time.board).most, self.time.milliseconds


COUNTED = ("ram", "flash", "instructions")
"""The needs that are counted, by the names of their limits."""
_TIME = "milliseconds"
_NAMES = {"ram": "RAM", "flash": "flash", "instructions": "instructions", _TIME: "inference time"}


def _text(name: str, value: float) -> str:
    if name == _TIME:
        return milliseconds_text(value)
    return f"{value:,}" if name == "instructions" else size_text(round(value))
