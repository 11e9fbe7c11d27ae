"""The duration of one run of a trial's rune on a board. Pure: it follows from the instructions, and is not stored."""

from __future__ import annotations

from forge.learning.searches.models import SearchTrial
from rune.devices.boards.board import Board
from rune.devices.boards.fit import RunTime, run_time


def run_time_of(trial: SearchTrial, board: Board) -> RunTime | None:
    """An estimate of one run on the board of its search; None where no instructions were counted."""
    instructions = (trial.needs or {}).get("instructions")
    return None if instructions is None else run_time(instructions, board)
