"""A rune stops, for a named reason."""

from __future__ import annotations

from hmrd.protocol.problems import Problem, ProblemName
from rune.running.runtime.errors import (
    BadRequest,
    InputError,
    ModelRuntimeMissing,
    NotARune,
    RuneError,
    RuneStopped,
)


class RunFailed(Exception):
    """Something a rune needs is not there, or it broke off."""

    def __init__(self, name: ProblemName, detail: str) -> None:
        super().__init__(detail)
        self.problem = Problem(name, detail)


def problem_of(error: RuneError, seconds: float) -> Problem:
    """The named problem of a rune's error. It never has the rune's own words, which may tell what it heard."""
    match error:
        case RuneStopped(limit="time"):
            return Problem(ProblemName.TOO_SLOW, f"A run took longer than {seconds:g} s.")
        case RuneStopped(limit=limit):
            return Problem(ProblemName.TRAPPED, f"The rune reached its limit of {limit}.")
        case NotARune():
            return Problem(ProblemName.NOT_A_RUNE, "The bytes are not a rune that this version runs.")
        case ModelRuntimeMissing():
            return Problem(ProblemName.BOARD_WRONG, "Nothing on this device runs the models of the rune.")
        case InputError() | BadRequest():
            return Problem(ProblemName.BOARD_WRONG, "The rune asks for an input that this device does not have.")
        case _:
            return Problem(ProblemName.TRAPPED, "The rune broke off.")
