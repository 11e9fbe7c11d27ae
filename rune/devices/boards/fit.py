"""Judges whether a rune fits a board: what it needs against what the board has, and how long a run may take.

Bytes and instructions are exact where they were measured. Time never is: it is a range with its assumptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from rune.devices.boards.board import Board, FlashPlace
from rune.wording import counted, milliseconds_range_text

FETCHED_AT_ONCE = 2
"""Instructions in one word of flash, most of them being of 16 bits: where nothing hides the wait states, all of these
wait together."""


class FitVerdict(Enum):
    """True if it fits. The value is what people read."""

    FITS = "fits"
    TOO_SLOW = "fits, too slow"
    """Even the least time of a run is longer than the sensor's period."""
    MAY_BE_SLOW = "fits, may be slow"
    """The most time of a run is longer than the sensor's period, and the least is not."""
    TOO_LARGE = "too large"
    MAY_FIT = "may fit"


@dataclass(frozen=True)
class Needs:
    """The needs of a rune on a target, in bytes. Measured, `flash` is its code and constants, and `ram` its memory, its
    deepest stack and the buffers of its inputs and outputs. Not measured, which `instructions` of None says, `flash` is
    the constants and `ram` lacks the stack: it needs no less. The rest of a firmware is in neither."""

    target: str
    flash: int
    ram: int
    instructions: int | None = None
    """The instructions of one run."""

    @property
    def is_measured(self) -> bool:
        return self.instructions is not None


@dataclass(frozen=True)
class MemoryRoom:
    """Bytes of one memory."""

    needed: int
    available: int

    @property
    def excess(self) -> int:
        """The bytes beyond the room; 0 where it fits."""
        return max(self.needed - self.available, 0)

    @property
    def share(self) -> float:
        """Returns the share of the memory that is taken; above 1 where it is too large."""
        return self.needed / self.available


@dataclass(frozen=True)
class RunTime:
    """An estimate of one run, in milliseconds. `period` is how long one frame of the sensor lasts, None where it
    has no rate."""

    least: float
    most: float
    period: float | None
    assumptions: tuple[str, ...]

    @property
    def text(self) -> str:
        """The range as people read it: `12 to 29 ms`."""
        return milliseconds_range_text(self.least, self.most)

    @property
    def share(self) -> tuple[float, float] | None:
        """The least and the most of the sensor's period; above 1 a run ends after the next frame is there."""
        return None if self.period is None else (self.least / self.period, self.most / self.period)


@dataclass(frozen=True)
class Fit:
    """A rune on a board. `time` is None where no instructions were counted."""

    board: Board
    is_measured: bool
    flash: MemoryRoom
    ram: MemoryRoom
    time: RunTime | None

    @property
    def verdict(self) -> FitVerdict:
        if self.flash.excess or self.ram.excess:
            return FitVerdict.TOO_LARGE
        if not self.is_measured:
            return FitVerdict.MAY_FIT
        least, most = (self.time and self.time.share) or (0.0, 0.0)
        if most <= 1:
            return FitVerdict.FITS
        return FitVerdict.TOO_SLOW if least > 1 else FitVerdict.MAY_BE_SLOW

    @property
    def exact(self) -> tuple[str, ...]:
        """Returns which figures are."""
        return ("flash", "ram", "instructions") if self.is_measured else ()

    @property
    def estimated(self) -> tuple[str, ...]:
        """Returns which figures are; without a measurement those of memory are the least that is needed."""
        return ("milliseconds",) if self.is_measured else ("flash", "ram")


def fit(needs: Needs, board: Board, period: float | None = None) -> Fit:
    """`period` is how long a frame of the sensor lasts, in milliseconds. Raises `ValueError` for needs of a target that
    the board does not take."""
    if needs.target != board.target:
        raise ValueError(f"{board.name} takes the target {board.target}, and these are needs on {needs.target}")
    time = None if needs.instructions is None else run_time(needs.instructions, board, period)
    return Fit(board, needs.is_measured, MemoryRoom(needs.flash, board.flash), MemoryRoom(needs.ram, board.ram), time)


def run_time(instructions: int, board: Board, period: float | None = None) -> RunTime:
    """Estimates one run of so many instructions on a board. `period` is how long a frame of the sensor lasts, in
    milliseconds. Both ends of the range rise with the instructions."""
    cycles_a_millisecond = board.clock_mhz * 1000
    most = board.core.cycles_most + (board.flash_wait_states or 0) / FETCHED_AT_ONCE
    return RunTime(
        instructions * board.core.cycles_least / cycles_a_millisecond,
        instructions * most / cycles_a_millisecond,
        period,
        _assumptions(board),
    )


def _assumptions(board: Board) -> tuple[str, ...]:
    core = board.core
    return (
        f"{core.cycles_least:g} to {core.cycles_most:g} cycles an instruction of {core.title}: {core.why}",
        _about_flash(board),
        f"{board.clock_mhz} MHz, one core, and no other work in between",
    )


def _about_flash(board: Board) -> str:
    if board.flash_wait_states is not None:
        return (
            f"the flash waits {counted(board.flash_wait_states, 'cycle')}: never felt in the least, and by every "
            f"{FETCHED_AT_ONCE} instructions together in the most"
        )
    if board.flash_is is FlashPlace.EXTERNAL:
        return "the program lies in a flash outside of the chip, and its loops run from a cache or from RAM"
    return "wait states of the flash are not known here, and are left out"
