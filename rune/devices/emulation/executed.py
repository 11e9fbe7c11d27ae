"""Says which figures of a board come from executing runes, and which are estimates, as a sentence."""

from __future__ import annotations

from rune.devices.boards.board import Board
from rune.devices.emulation.cores import core_of


def executed_text(board: Board) -> str:
    """Says which figures of a rune on this board come from executing it, and which are only estimated."""
    core = core_of(board.target)
    if core is None:
        return (
            f"Nothing is executed for {board.core.title}: its package is C99 for its own compiler, memory is the least "
            "that is planned, and time is not estimated."
        )
    machine = core.machine[core.machine.index("-M") + 1]
    return (
        f"Runes are executed on QEMU's machine {machine} as code for {core.title}: bytes and instructions are counted. "
        "Time is estimated, because QEMU counts no cycles."
    )
