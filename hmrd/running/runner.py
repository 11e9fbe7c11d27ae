"""Runs the rune of a slot in a thread, window by window, until it is stopped or breaks off."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

from hmrd import clock
from hmrd.config.model import RuneConfig
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.wanted import WantedRune
from hmrd.running.answers import answer_line
from hmrd.running.checks import graph_of, layout_of, limits
from hmrd.running.failure import RunFailed, problem_of
from hmrd.running.run_counter import HandOver, LabelWatch, RunCounter, rune_counts
from hmrd.running.shadow.tapping import TappedWindow, WindowTap
from hmrd.running.sinks.queue import AnswerQueue
from hmrd.running.stop_signal import StopSignal
from hmrd.running.windows import windows
from rune.running.runtime import Runtime
from rune.running.runtime.errors import RuneError
from rune.running.runtime.messages import OutputMessage
from rune.tools.api.ports import Input, inputs_of, outputs_of
from rune.watch.counts import Counts
from rune.watch.layout import LabelBins

Windows = Mapping[str, bytes]


@dataclass(frozen=True)
class RunnerHooks:
    """The functions that a runner calls."""

    now: Callable[[], float]
    on_started: Callable[[], None]
    """The rune is loaded and reads its inputs."""
    on_stopped: Callable[[DeviceProblem, str], None]
    """The rune stopped by itself; the text is for the person at the device alone."""
    on_ended: Callable[[], None]
    """The rune does not answer any more, for whatever reason."""
    on_counts: HandOver
    """The rune was counted, around a time of the system's clock."""
    on_windows: Callable[[Sequence[Input], Windows], None]
    """A window of each input was read, before the rune runs on it."""
    wants_bins: Callable[[], bool] = lambda: False
    """Returns whether `on_bins` is to be called."""
    on_bins: Callable[[Sequence[Input], Windows, Counts | None], None] = lambda *_: None
    """The rune ran on these windows, and counted this."""


class RuneRunner:
    """A rune that answers."""

    def __init__(
        self, rune: WantedRune, data: bytes, config: RuneConfig, sinks: Sequence[AnswerQueue], hooks: RunnerHooks
    ) -> None:
        self.rune = rune
        self.runs = 0
        self.is_input_over = False
        """Whether a file that feeds it was read to its end, so that it waits."""
        self.inputs: tuple[Input, ...] | None = None
        """The inputs that it reads; None until it is loaded."""
        self.tap: WindowTap | None = None
        """Gets each window that the rune answered, for a rune that runs beside it; None without one."""
        self._data, self._config, self._sinks, self._hooks = data, config, sinks, hooks
        self._stop = StopSignal()
        self._counter: RunCounter | None = None
        self._is_alive = True
        self._thread = threading.Thread(target=self._run, name=f"rune {config.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stops it, and returns as soon as it does not answer any more."""
        self.begin_to_stop()
        self._thread.join()

    def begin_to_stop(self) -> None:
        """Has it stop after the run that is under way."""
        self._stop.set()

    def take_counts(self) -> None:
        """Hands over what was counted until now, or with the end of the run that is under way."""
        if (counter := self._counter) is not None:
            counter.take()

    @property
    def label_bins(self) -> LabelBins | None:
        """The labels that it counts; None of a rune that counts none."""
        return layout_of(self._data).labels

    @property
    def is_alive(self) -> bool:
        """Whether the rune may still answer."""
        return self._is_alive

    @property
    def is_stopping(self) -> bool:
        """Whether the rune is stopping."""
        return self._stop.is_set

    def _run(self) -> None:
        try:
            self._answer()
        except RunFailed as error:
            self._end(error.problem, str(error))
        except RuneError as error:
            self._end(problem_of(error, self._config.seconds))
        except Exception as error:
            # A fault of the daemon's own must be seen, and not end in a thread that nobody waits for.
            self._end(DeviceProblem(ProblemName.UNEXPECTED, f"{type(error).__name__} while the rune ran."))
        finally:
            self._is_alive = False
            self._hooks.on_ended()

    def _end(self, problem: DeviceProblem, detail: str = "") -> None:
        if not self._stop.is_set:
            self._hooks.on_stopped(problem, detail)

    def _answer(self) -> None:
        loaded_rune = Runtime.load(self._data, limits(self._config.seconds))
        counter = self._counter = RunCounter(lambda: rune_counts(loaded_rune), self._hooks.on_counts, clock.wall_time)
        try:
            graph = graph_of(self._data)
            inputs = self.inputs = tuple(inputs_of(graph, loaded_rune.capabilities).values())
            labels = LabelWatch(loaded_rune.label_counts)
            names = {output.request.id: name for name, output in outputs_of(graph, loaded_rune.outputs).items()}
            self._hooks.on_started()
            # Its sources, such as a command, end with it at once.
            with closing(self._windows(inputs)) as each_window:
                for read in each_window:
                    self._hooks.on_windows(inputs, read)
                    tap = self.tap
                    window = None if tap is None else TappedWindow(read, clock.wall_time())
                    with counter.run(None if window is None else labels):
                        messages = loaded_rune.call(
                            {port.request.id: read.get(port.name, os.urandom) for port in inputs}
                            if window is None
                            else window.sources(inputs)
                        )
                    self._deliver(messages, names)
                    if tap is not None and window is not None:
                        tap.put(window.answered(labels.last))
                    if self._hooks.wants_bins():
                        self._hooks.on_bins(inputs, read, counter.counts_of_run())
        finally:
            self._counter = None
            counter.finish()
            loaded_rune.close()
        if not self._stop.is_set:
            self.is_input_over = True
            self._stop.wait(None)

    def _deliver(self, messages: Sequence[OutputMessage], names: Mapping[int, str]) -> None:
        self.runs += 1
        if messages:
            line = answer_line(messages, names, self.rune.version, self._hooks.now())
            for sink in self._sinks:
                sink.put(line)

    def _windows(self, inputs: Sequence[Input]) -> Generator[Windows]:
        """Yields a window of each input, in step, until one of them ends."""
        streams: dict[str, Generator[bytes]] = {}
        for port in inputs:
            if (source := self._config.sources.get(port.name)) is not None:
                streams[port.name] = windows(port, source, self._stop)
            elif not port.optional:
                name = self._config.name
                detail = f"{name} has an input {port.name} without a source: [rune.source.{port.name}]."
                raise RunFailed(ProblemName.CONFIG_WRONG, detail)
        if not streams:
            raise RunFailed(ProblemName.CONFIG_WRONG, "The rune reads nothing, so there is no time to run it.")
        with ExitStack() as stack:
            for stream in streams.values():
                stack.enter_context(closing(stream))
            while not self._stop.is_set:
                read = {name: next(stream, None) for name, stream in streams.items()}
                whole = {name: window for name, window in read.items() if window is not None}
                if len(whole) < len(streams):
                    return
                yield whole
