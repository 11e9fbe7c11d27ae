"""The serial protocol of MLPerf Tiny's runner, as a device answers it.

A command ends with `%` and is answered by lines, of which the last is `m-ready`. Pure: bytes come in, lines go out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass
from threading import Thread
from typing import Final, Protocol

from rune.tools.mlperf.benchmarks import BadInput, BenchmarkModel
from rune.wording import plain

LONGEST_COMMAND: Final = 80
"""Characters of a command, as on the devices of the reference."""
LARGEST_BUFFER: Final = 96 * 96 * 3
"""Bytes that can be loaded."""
MOST_RUNS: Final = 100_000
"""Inferences, or warm-ups, of one command."""
QUIET_SECONDS: Final = 1.0
"""The runner gives up a device that says nothing for 5 s; one that infers for longer says so each second."""
DEFAULT_WARMUPS: Final = 10
_FIRMWARE: Final = "Hammer Forge for MLPerf Tiny's runner"
_COMMANDS: Final = (
    "help         : Print this information",
    "name         : Print the name of the device",
    "timestamp    : Print the device's time in microseconds",
    "profile      : Print the firmware and the benchmark",
    "db load N    : Expect N bytes",
    "db HH[HH]*   : Load bytes as hexadecimal digits, until there are N",
    "db print     : Print the bytes that were loaded",
    "infer N [W]  : Infer N times after W warm-ups, 10 if W is not given",
    "results      : Print the results of the last inference",
)


class InferenceFailed(Exception):
    """The machine gave no answer; the text says why."""


@dataclass(frozen=True)
class MachineRun:
    """The bytes of the model's answer, and the microseconds of all runs together."""

    answer: bytes
    microseconds: float


class InferenceMachine(Protocol):
    """A machine that infers."""

    @property
    def title(self) -> str: ...

    def run(self, data: bytes, times: int) -> MachineRun:
        """Runs the model so many times on what it reads. Raises `InferenceFailed`."""
        ...


@dataclass(frozen=True)
class FinishedInference:
    """An `infer` that was answered: how often the model ran, and the microseconds of all these runs."""

    runs: int
    warmups: int
    microseconds: float


class BenchmarkDevice:
    """A device with one model. `report` is called after each `infer`. Used by one thread."""

    def __init__(
        self,
        model: BenchmarkModel,
        machine: InferenceMachine,
        report: Callable[[FinishedInference], None] = lambda _: None,
        quiet_seconds: float = QUIET_SECONDS,
    ) -> None:
        self._model = model
        self._machine = machine
        self._report = report
        self._quiet_seconds = quiet_seconds
        self._command = bytearray()
        self._expected = 0
        self._loaded_bytes = bytearray()
        self._results = ""
        self._start = time.monotonic()
        self._time = 0
        """Microseconds of the device: its own inferences count as long as they take there."""

    def receive(self, data: bytes) -> Iterator[str]:
        """The lines that answer these bytes. A line is given before what follows it is computed."""
        for byte in data:
            character = chr(byte)
            if character == "%":
                command, self._command = self._command.decode("ascii", "replace"), bytearray()
                yield from self._answer(command)
            elif character not in "\r\n\0" and len(self._command) <= LONGEST_COMMAND:
                self._command.append(byte)

    def _answer(self, command: str) -> Iterator[str]:
        name, *arguments = command.split() or [""]
        if len(command) > LONGEST_COMMAND:
            yield _error(f"A command has at most {LONGEST_COMMAND} characters")
        elif name == "name":
            yield "m-name-dut-[hammer-forge]"
        elif name == "timestamp":
            yield self._timestamp()
        elif name == "profile":
            yield f"m-profile-[{_FIRMWARE}]"
            yield f"m-model-[{self._model.benchmark.key}]"
        elif name == "help":
            yield _FIRMWARE
            yield from _COMMANDS
        elif name == "db":
            yield from self._buffer(arguments)
        elif name == "infer":
            yield from self._infer(arguments)
        elif name == "results":
            yield self._results or _error("Nothing was inferred yet")
        else:
            yield _error(f"Unknown command: {plain(name)}")
        yield "m-ready"

    def _buffer(self, arguments: list[str]) -> Iterator[str]:
        match arguments:
            case ["load", size]:
                count = _number(size)
                if count is None or not 0 < count <= LARGEST_BUFFER:
                    yield _error(f"'db load' takes a number of bytes from 1 to {LARGEST_BUFFER}")
                    return
                self._expected, self._loaded_bytes = count, bytearray()
                yield f"m-[Expecting {count} bytes]"
            case ["print"]:
                for start in range(0, len(self._loaded_bytes), 8):
                    yield f"m-buffer-{self._loaded_bytes[start : start + 8].hex('-')}"
            case [digits]:
                yield from self._load(digits)
            case _:
                yield _error("'db' is followed by 'load N', by 'print' or by hexadecimal digits")

    def _load(self, digits: str) -> Iterator[str]:
        try:
            data = bytes.fromhex(digits)
        except ValueError:
            yield _error("Bytes are pairs of hexadecimal digits")
            return
        remaining = self._expected - len(self._loaded_bytes)
        if remaining <= 0:
            yield _error("Say first how many bytes follow: db load N")
            return
        # Digits after the last byte are disregarded.
        self._loaded_bytes += data[:remaining]
        if len(self._loaded_bytes) == self._expected:
            yield "m-load-done"

    def _infer(self, arguments: list[str]) -> Iterator[str]:
        runs, warmups = (_number(each) for each in (*arguments, *("1", str(DEFAULT_WARMUPS))[len(arguments) :])[:2])
        if runs is None or not 0 < runs <= MOST_RUNS:
            yield _error(f"The number of inferences is from 1 to {MOST_RUNS}")
            return
        if warmups is None or warmups > MOST_RUNS:
            yield _error(f"The number of warm-ups is from 0 to {MOST_RUNS}")
            return
        content = bytes(self._loaded_bytes)
        try:
            data = self._model.model_input(content)
            yield f"m-warmup-start-{warmups}"
            if warmups:
                yield from self._run(data, warmups)
            yield "m-warmup-done"
            yield f"m-infer-start-{runs}"
            yield self._timestamp()
            run = yield from self._run(data, runs)
            self._time += round(run.microseconds)
            yield f"m-lap-us-{self._time}"
            yield "m-infer-done"
            results = self._model.results(content, run.answer)
        except (BadInput, InferenceFailed) as error:
            yield _error(str(error))
            return
        self._results = f"m-results-[{','.join(f'{each:.3f}' for each in results)}]"
        yield self._results
        self._report(FinishedInference(runs, warmups, run.microseconds))

    def _run(self, data: bytes, times: int) -> Generator[str, None, MachineRun]:
        """Returns the run, and yields lines while it lasts. An interrupt abandons its thread."""
        running: Future[MachineRun] = Future()

        def work() -> None:
            try:
                running.set_result(self._machine.run(data, times))
            except BaseException as error:
                running.set_exception(error)

        Thread(target=work, daemon=True).start()
        while not wait([running], self._quiet_seconds).done:
            yield "m-[Running]"
        return running.result()

    def _timestamp(self) -> str:
        """The device's time, which never goes back."""
        self._time = max(self._time, round(1e6 * (time.monotonic() - self._start)))
        return f"m-lap-us-{self._time}"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _error(text: str) -> str:
    return f"e-[{text}]"
