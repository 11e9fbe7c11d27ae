"""Does one step in a process of its own, which was started ahead or is started now, and waits for what it answers."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from lab.child.job import ChildCommand, Report
from lab.child.limits import ChildLimits
from lab.child.main import LIBRARIES, LIBRARY_TITLES, out_of_memory
from lab.child.process import StepProcess
from lab.child.reservations import reserve_memory
from lab.refusal import Reason, Refused, refused_from_json


@dataclass(frozen=True)
class Step:
    """The task of a process: the name of a step, its settings, the files that it reads and those that it may write."""

    name: str
    spec: Mapping[str, Any]
    inputs: Mapping[str, Path]
    outputs: Mapping[str, Path]
    limits: ChildLimits = field(default_factory=ChildLimits)
    work: str = "conversion"
    """The name of the work in a message about its end."""


@dataclass(frozen=True)
class Outcome:
    """The result of a step, the protections that its process lacked with their reasons, and how long it took."""

    result: Mapping[str, Any]
    gaps: Mapping[str, str]
    seconds: float


def run(
    step: Step,
    python: Path,
    report: Report | None = None,
    receive: Callable[[Mapping[str, Any]], None] | None = None,
    command: Callable[[], ChildCommand | None] = lambda: None,
    pool: ProcessPool | None = None,
) -> Outcome:
    """Does a step and returns its outcome. `receive` gets the events that the step sends. `command` is asked several
    times a second for what the step is to be told.

    Raises `Refused`, also for a process that crashed or ran out of time.
    """
    with begin_step(step, python, report, pool=pool) as working:
        return working.outcome(report, receive, command)


@contextmanager
def begin_step(
    step: Step,
    python: Path,
    report: Report | None = None,
    late: Sequence[str] = (),
    pool: ProcessPool | None = None,
) -> Iterator[BegunStep]:
    """A step that works in a process of its own, or in a copy of one of the pool, which ends with the block. Its
    inputs `late` are given by `BegunStep.give`: the step waits for one when it looks at it. Raises `Refused` where
    there is no memory for it."""
    text = f"Waiting for {step.limits.memory >> 20:,} MB of memory, which other steps have now"
    with ExitStack() as stack:
        stack.enter_context(reserve_memory(step.limits.memory, lambda: report and report(0.0, text)))
        pipes = {name: os.pipe() for name in late}
        writers = {name: stack.enter_context(os.fdopen(writer, "wb")) for name, (_, writer) in pipes.items()}
        # It is ended first: a thread that still writes to it would keep its pipe from being closed.
        process = stack.enter_context(
            closing(_process(python, step.name)) if pool is None else pool.process_for(python, step)
        )
        readers = {name: reader for name, (reader, _) in pipes.items()}
        if pool is None:
            _send(process, step, readers)
        else:
            life, copys_life = (stack.enter_context(one) for one in socket.socketpair())
            _send(process, step, readers, copys_life)
            copys_life.close()
            stack.callback(life.close)  # ends the copy, before it is waited for
        yield BegunStep(step, process, writers)


class ProcessPool:
    """Processes that are kept for several steps of one owner, as a search has them. Each step works in a copy of a
    process that has loaded its libraries, which takes no time and leaves nothing of a step to the next one. Close
    it."""

    def __init__(self) -> None:
        self._idle: dict[tuple[Path, Sequence[str]], list[StepProcess]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def process_for(self, python: Path, step: Step) -> Iterator[StepProcess]:
        """A process for one step, in a copy; another one for another thread at the same time."""
        key = python, LIBRARIES.get(step.name, ())
        process = self._idle_process(key) or _process(python, step.name)
        try:
            yield process
        finally:
            if process.finish():
                with self._lock:
                    self._idle.setdefault(key, []).append(process)
            else:
                process.close()

    def _idle_process(self, key: tuple[Path, Sequence[str]]) -> StepProcess | None:
        with self._lock:
            idle = self._idle.get(key, [])
            while idle:
                if (process := idle.pop()).is_alive:
                    return process
                process.close()
        return None

    def close(self) -> None:
        """Ends those that wait; steps are over."""
        with self._lock:
            for process in [each for processes in self._idle.values() for each in processes]:
                process.close()
            self._idle.clear()


class BegunStep:
    """A step that works. `outcome` is asked once, when its inputs are given."""

    def __init__(self, step: Step, process: StepProcess, writers: Mapping[str, IO[bytes]]) -> None:
        self._step = step
        self._process = process
        self._writers = writers
        self._start_time = time.monotonic()

    def give(self, name: str, path: Path) -> None:
        """Gives a late input; returns at once."""

        def copy() -> None:
            with path.open("rb") as source, suppress(OSError), self._writers[name] as target:
                shutil.copyfileobj(source, target)  # a process that has ended reads nothing

        threading.Thread(target=copy, daemon=True, name=f"give-{name}").start()

    def outcome(
        self,
        report: Report | None = None,
        receive: Callable[[Mapping[str, Any]], None] | None = None,
        command: Callable[[], ChildCommand | None] = lambda: None,
    ) -> Outcome:
        """Waits for the end, as `run`. The limit of its time begins now. Raises `Refused`."""
        step = self._step
        deadline = time.monotonic() + step.limits.seconds
        answer: dict[str, Any] = {}
        gaps: Mapping[str, str] = {}
        idle_polls = 0
        for message in self._process.messages(deadline, step.work):
            if message is None:
                idle_polls += 1
                if idle_polls == _LOADS_AFTER and report is not None and step.name in LIBRARY_TITLES:
                    report(0.0, f"Loading {LIBRARY_TITLES[step.name]}")
                if (next_command := command()) is not None:
                    self._process.send_command(next_command)
            elif "progress" in message:
                if report is not None:
                    report(float(message["progress"]), message["text"])
            elif "event" in message:
                if receive is not None:
                    receive(message["event"])
            elif "gaps" in message:
                gaps = message["gaps"]
            elif "ready" in message:
                idle_polls = _LOADS_AFTER  # nothing is said any more
            else:
                answer = message
        if "refused" in answer:
            raise refused_from_json(answer["refused"])
        if "result" not in answer:
            status = self._process.status()
            raise _death(status, self._process.last_words(), step, is_late=time.monotonic() >= deadline)
        return Outcome(answer["result"], gaps, time.monotonic() - self._start_time)


def _send(process: StepProcess, step: Step, readers: Mapping[str, int], life: socket.socket | None = None) -> None:
    """Gives the step with its files, and with pipes that are closed here afterwards. With a `life` it works in a copy
    of the process, which ends when the other end of that is closed."""
    with ExitStack() as stack:
        late = {name: stack.enter_context(os.fdopen(reader, "rb")) for name, reader in readers.items()}
        inputs = late | {name: stack.enter_context(path.open("rb")) for name, path in step.inputs.items()}
        outputs = {name: stack.enter_context(path.open("wb")) for name, path in step.outputs.items()}
        files = [each.fileno() for each in [*inputs.values(), *outputs.values()]]
        request = {
            "step": step.name,
            "spec": step.spec,
            "inputs": {name: place for place, name in enumerate(inputs)},
            "outputs": {name: len(inputs) + place for place, name in enumerate(outputs)},
            "memory": step.limits.memory,
            "seconds": step.limits.seconds,
            "work": step.work,
            "in_copy": life is not None,
        }
        process.send(request, [*files, life.fileno()] if life else files)


_LOADS_AFTER = 2
"""Moments without an answer after which a process that is not ready is said to load its libraries."""
_waiting: dict[Path, StepProcess] = {}
_lock = threading.Lock()


def start_ahead(python: Path, name: str) -> None:
    """Starts a process that loads what a step of this name needs and waits for one. Each does one step; there is at
    most one of a Python."""
    with _lock:
        if python not in _waiting or not _waiting[python].is_alive:
            _close(_waiting.pop(python, None))
            _waiting[python] = StepProcess(python, LIBRARIES.get(name, ()))


def end_waiting() -> None:
    """Ends all that wait."""
    with _lock:
        while _waiting:
            _close(_waiting.popitem()[1])


def _process(python: Path, name: str) -> StepProcess:
    """Returns a process that was started ahead, or starts one."""
    return _waiting_process(python) or StepProcess(python, LIBRARIES.get(name, ()))


def _waiting_process(python: Path) -> StepProcess | None:
    with _lock:
        process = _waiting.pop(python, None)
    if process is None or process.is_alive:
        return process
    _close(process)
    return None


def _close(process: StepProcess | None) -> None:
    if process is not None:
        process.close()


def _death(status: int, text: str, step: Step, *, is_late: bool) -> Refused:
    """Returns why a process ended without an answer; `text` is what it said last. The limit of the processors' time
    kills no process before that of the clock: the system killed an earlier one because memory ran out."""
    number = -status if status < 0 else status - 128
    if "bad_alloc" not in text:
        if number == signal.SIGXCPU or (number == signal.SIGKILL and is_late):
            return Refused(Reason.OUT_OF_TIME, f"The {step.work} took longer than its limit, and was stopped.")
        if number == signal.SIGKILL:
            return Refused(
                Reason.OUT_OF_MEMORY, f"The system ended the {step.work}: this machine has too little memory."
            )
    if "bad_alloc" in text or "MemoryError" in text or "Cannot allocate memory" in text:
        return out_of_memory(step.limits.memory, step.work)
    name = signal.Signals(number).name if number in set(signal.Signals) else f"code {status}"
    return Refused(Reason.CRASHED, f"The process of the {step.work} ended by itself ({name}). Nothing was written.")
