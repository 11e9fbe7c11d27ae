"""Runs a rune beside the one that answers, in a thread of its own and with less of the processor."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.wanted import WantedRune
from hmrd.running.checks import graph_of
from hmrd.running.failure import problem_of
from hmrd.running.run_counter import LabelWatch
from hmrd.running.shadow.comparison import inputs_differ
from hmrd.running.shadow.tapping import NextWindow, WindowTap
from rune.running.runtime import Limits, LoadedRune, Runtime
from rune.running.runtime.errors import RuneError
from rune.tools.api.ports import Input, inputs_of
from rune.watch.pairs import LabelPairs, PairBins

_NICE: Final = 10
"""The rune beside gets a tenth of the processor where the one that answers wants all of it."""


@dataclass(frozen=True)
class ShadowHooks:
    """The functions that a runner calls, in its own thread."""

    on_started: Callable[[], None]
    on_failed: Callable[[DeviceProblem], None]
    """Takes the reason: the rune broke off, was too slow, or reads other inputs."""
    on_ended: Callable[[], None]
    """The rune does not run any more, for whatever reason."""
    on_pairs: Callable[[float, LabelPairs], None]
    """Windows were compared, or missed, around a time of the system's clock."""


class ShadowRunner:
    """A rune that runs beside another one."""

    def __init__(
        self,
        rune: WantedRune,
        data: bytes,
        answering: Sequence[Input],
        bins: PairBins,
        run_limits: Limits,
        hooks: ShadowHooks,
    ) -> None:
        """`answering` are the inputs of the rune that answers."""
        self.rune = rune
        self.tap = WindowTap()
        self.compared = 0
        self._data, self._answering, self._bins, self._limits, self._hooks = data, answering, bins, run_limits, hooks
        self._is_stopping = False
        self._is_alive = True
        self._thread = threading.Thread(target=self._run, name=f"beside {rune.version}", daemon=True)
        self._thread.start()

    def begin_to_stop(self) -> None:
        """Has it stop after the run that is under way."""
        self._is_stopping = True
        self.tap.close()

    def join(self, seconds: float) -> None:
        """Waits so long until it does not run any more."""
        self._thread.join(seconds)

    @property
    def is_alive(self) -> bool:
        """True as long as it may still run."""
        return self._is_alive

    @property
    def is_stopping(self) -> bool:
        """True after it was asked to stop."""
        return self._is_stopping

    def _run(self) -> None:
        use_less_processor()
        try:
            self._follow()
        except RuneError as error:
            self._fail(problem_of(error, self._limits.seconds))
        except Exception as error:
            self._fail(DeviceProblem(ProblemName.UNEXPECTED, f"{type(error).__name__} while the rune ran beside."))
        finally:
            self.tap.close()
            self._is_alive = False
            self._hooks.on_ended()

    def _fail(self, problem: DeviceProblem) -> None:
        if not self._is_stopping:
            self._hooks.on_failed(problem)

    def _follow(self) -> None:
        loaded_rune = Runtime.load(self._data, self._limits)
        try:
            inputs = tuple(inputs_of(graph_of(self._data), loaded_rune.capabilities).values())
            if (problem := inputs_differ(self._answering, inputs)) is not None:
                self._fail(problem)
                return
            self._hooks.on_started()
            labels = LabelWatch(loaded_rune.label_counts)
            while (next_window := self.tap.take()) is not None:
                self._compare(loaded_rune, inputs, labels, next_window)
        finally:
            loaded_rune.close()

    def _compare(
        self, loaded_rune: LoadedRune, inputs: Sequence[Input], labels: LabelWatch, next_window: NextWindow
    ) -> None:
        window = next_window.window
        labels.begin()
        loaded_rune.call(window.sources(inputs))
        labels.end()
        is_missed = window.label is not None and labels.last is None
        pairs = _pair(self._bins, window.label, labels.last)
        self.compared += pairs.compared
        if next_window.missed or is_missed or pairs.compared:
            self._hooks.on_pairs(window.now, LabelPairs(pairs.counts, next_window.missed + is_missed))


def use_less_processor() -> None:
    """Lets other threads of the machine go first. On Linux, this is about the calling thread alone."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def _pair(bins: PairBins, answering: int | None, beside: int | None) -> LabelPairs:
    """Returns the pairs of one window."""
    return LabelPairs(
        tuple(
            tuple(int((one, other) == (answering, beside)) for other in range(len(bins.beside)))
            for one in range(len(bins.answering))
        )
    )
