"""The points at which an evaluation may be paused, in the compiler's process."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from forge.compute.child.job_answers import Answers
from forge.compute.scheduler.compute_pace import RESTING

PAUSE_EVERY = 0.25
"""Seconds that an evaluation computes before it asks again whether to go on; the first sample is followed by a rest."""


class PausePoints:
    """Moments between two samples of an evaluation, at which the server may keep it waiting for its turn.

    A run of a rune has a limit by the clock, so it is never suspended in the middle of one.
    """

    def __init__(self, answers: Answers, wait: Callable[[], object]) -> None:
        """`wait` returns when the server says that it goes on."""
        self._answers = answers
        self._wait = wait
        self._paused_at = -math.inf

    def after(self, samples: int) -> None:
        """Pauses after so many samples, unless it did so a moment ago."""
        if time.monotonic() - self._paused_at > PAUSE_EVERY:
            self._answers.send(RESTING, samples=samples)
            self._wait()
            self._paused_at = time.monotonic()
