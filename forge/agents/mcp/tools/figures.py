"""The fit of a rune on boards, as pages say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from forge.builds.pages.board_fits import BoardFit
from rune.devices.boards.board import Board
from rune.devices.boards.describing import needs_of
from rune.tools.mcp.evaluations import BoardVerdict, verdict_on_board

NO_VERDICT: Final = "unknown"
"""The verdict without figures."""


def verdict_of_build(each: BoardFit) -> BoardVerdict:
    """Returns what the page Boards says of a build on a board."""
    fitting = each.fit
    return BoardVerdict(
        board=each.board.key,
        verdict=fitting.verdict.value if fitting else NO_VERDICT,
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
            board=board.key, verdict=NO_VERDICT, reason=why, ram_bytes=None, flash_bytes=None, milliseconds=""
        )
    return verdict_on_board(board, needs_of(board.target, needs))
