"""Figures in answers: shares with their ranges, mistakes by the number of their sample, and needs on boards.

No answer has a recording, a picture, the name of a file, a person or a pseudonym.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from forge.builds.pages.board_fits import BoardFit
from rune.devices.boards.board import Board
from rune.devices.boards.describing import needs_of
from rune.devices.boards.fit import Fit, FitVerdict, fit
from rune.statistics.intervals import wilson
from rune.tools.mcp.declarations import ToolAnswer
from rune.wording import listed, size_text

MOST_MISTAKES: Final = 20
"""Mistakes that one answer names."""


class RangedShare(ToolAnswer):
    """A share from 0 to 1 of so many samples, with the 95 % range. Ranges that overlap may differ by chance."""

    name: str
    right: int
    samples: int
    share: float
    low: float
    high: float


class SampleMistake(ToolAnswer):
    """A sample that is answered wrongly, by its number: its label, and the answer."""

    sample: int
    label: str
    answer: str


class BoardVerdict(ToolAnswer):
    """A board, and whether the rune fits it: bytes, and milliseconds of one run where they can be estimated."""

    board: str
    verdict: str
    reason: str
    ram_bytes: int | None
    flash_bytes: int | None
    milliseconds: str


def ranged(name: str, right: int, samples: int) -> RangedShare | None:
    """Returns a share with its range; None of no samples."""
    if not samples:
        return None
    share = wilson(right, samples)
    return RangedShare(name=name, right=right, samples=samples, share=share.value, low=share.low, high=share.high)


def overlap(one: RangedShare, other: RangedShare) -> bool:
    """Returns whether two ranges have values in common."""
    return one.low <= other.high and other.low <= one.high


def verdict_of_build(each: BoardFit) -> BoardVerdict:
    """Returns what the page Boards says of a build on a board."""
    fitting = each.fit
    return BoardVerdict(
        board=each.board.key,
        verdict=each.look.words,
        reason=each.why,
        ram_bytes=fitting.ram.needed if fitting else None,
        flash_bytes=fitting.flash.needed if fitting else None,
        milliseconds=each.time,
    )


def verdict_of_needs(board: Board, needs: Mapping[str, Any] | None) -> BoardVerdict:
    """Returns whether a rune with counted needs fits a board."""
    if needs is None or "refused" in needs:
        why = "not counted yet" if needs is None else str(needs["refused"])
        return BoardVerdict(
            board=board.key, verdict="unknown", reason=why, ram_bytes=None, flash_bytes=None, milliseconds=""
        )
    fitting = fit(needs_of(board.target, needs), board)
    return BoardVerdict(
        board=board.key,
        verdict=fitting.verdict.value,
        reason=_excess(fitting),
        ram_bytes=fitting.ram.needed,
        flash_bytes=fitting.flash.needed,
        milliseconds=fitting.time.text if fitting.time else "",
    )


def _excess(fitting: Fit) -> str:
    if fitting.verdict is not FitVerdict.TOO_LARGE:
        return ""
    rooms = (("RAM", fitting.ram), ("flash", fitting.flash))
    return listed([f"{name} by {size_text(room.excess)}" for name, room in rooms if room.excess])
