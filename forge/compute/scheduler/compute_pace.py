"""The speed of a job at this moment, beside what others compute."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum


class ComputePace(Enum):
    """The pace at which a process computes while others want to compute."""

    USUAL = "usual"
    YIELDING = "yielding"
    """The job computes with what others leave of the processor."""
    SUSPENDED = "suspended"


RESTING = "resting"
"""The event by which a job says that it waits to be let on: it may be suspended there for as long as others compute."""

PaceNow = Callable[[], ComputePace]
"""A function that returns how fast to compute, called several times a second while a job runs
(`forge.compute.scheduler.slots`)."""


def usual_pace() -> ComputePace:
    """Returns the usual pace of a job that shares the machine with nobody."""
    return ComputePace.USUAL
