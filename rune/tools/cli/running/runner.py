"""The runner of `rune run`: this machine, and optionally a board at a serial port."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from rune.devices.firmware.device import BoardClient
from rune.devices.firmware.errors import BoardError
from rune.running.runtime import InputSource, LoadedRune, OutputMessage
from rune.running.runtime.errors import RuneError
from rune.tools.cli.failure import CommandFailed, command_failure
from rune.tools.cli.running.interruptible import interruptible
from rune.tools.cli.running.on_board import BoardResult, ConnectedBoard
from rune.tools.cli.running.serial_line import SerialLine


@dataclass(frozen=True)
class RunResult:
    """The outputs of a run; those of the board where one ran it."""

    messages: tuple[OutputMessage, ...]
    board: BoardResult | None = None


Run = Callable[[Mapping[int, InputSource]], RunResult]


@contextmanager
def runner(rune: LoadedRune, data: bytes, port: str | None) -> Iterator[Run]:
    """Runs the rune here, and on the board at the port too where one is given. Ends the command with the reason when a
    run fails, and at the end where the board gave other bytes."""
    if port is None:
        yield lambda sources: RunResult(run_once(rune, sources))
        return
    line = SerialLine(port)
    try:
        board = ConnectedBoard(BoardClient(line), data, rune)

        def run(sources: Mapping[int, InputSource]) -> RunResult:
            inputs = board.inputs(sources)
            result = board.run(inputs, run_once(rune, inputs))
            return RunResult(result.messages, result)

        yield run
        board.require_same()
    except BoardError as error:
        raise CommandFailed(f"The board at {port} failed", (str(error),)) from error
    finally:
        line.close()


def run_once(rune: LoadedRune, sources: Mapping[int, InputSource]) -> tuple[OutputMessage, ...]:
    """One run; ends the command with the reason when it fails."""
    try:
        return interruptible(lambda: rune.call(sources))
    except RuneError as error:
        raise command_failure("Prediction failed", error) from error
