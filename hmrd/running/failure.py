"""A rune stops, for a named reason."""

from __future__ import annotations

from typing import Final

from hmrd.protocol.problems import DeviceProblem, ProblemName
from rune.running.runtime.errors import (
    BadRequest,
    InputError,
    ModelRuntimeMissing,
    NotARune,
    RuneError,
    RuneStopped,
)

_SENTENCES: Final = {
    ProblemName.CONFIG_WRONG: "What feeds the rune is not configured as it needs. hmrd status at the device says more.",
    ProblemName.INPUT_ENDED: "What feeds the rune ended, or cannot be opened. hmrd status at the device says more.",
}


class RunFailed(Exception):
    """Something that a rune needs is not there. The text of the error has paths and names of inputs, which are for the
    person at the device alone; `problem` has none, and is reported."""

    def __init__(self, name: ProblemName, detail: str) -> None:
        super().__init__(detail)
        self.problem = DeviceProblem(name, _SENTENCES[name])


def problem_of(error: RuneError, seconds: float) -> DeviceProblem:
    """Returns the named problem of a rune's error. It never has the rune's own words, which may tell what it heard."""
    match error:
        case RuneStopped(limit="time"):
            return DeviceProblem(ProblemName.TOO_SLOW, f"A run took longer than {seconds:g} s.")
        case RuneStopped(limit=limit):
            return DeviceProblem(ProblemName.TRAPPED, f"The rune reached its limit of {limit}.")
        case NotARune():
            return DeviceProblem(ProblemName.NOT_A_RUNE, "The bytes are not a rune that this version runs.")
        case ModelRuntimeMissing():
            return DeviceProblem(ProblemName.BOARD_WRONG, "Nothing on this device runs the models of the rune.")
        case InputError() | BadRequest():
            return DeviceProblem(ProblemName.BOARD_WRONG, "The rune asks for an input that this device does not have.")
        case _:
            return DeviceProblem(ProblemName.TRAPPED, "The rune broke off.")
