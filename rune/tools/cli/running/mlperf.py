"""`rune mlperf`: a device for the runner of MLPerf Tiny, on a pseudo-terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from rune.compiler.anvil.errors import CompileError
from rune.compiler.building.errors import BuildFailed
from rune.devices.boards.lookup import UnknownBoard, find_board
from rune.devices.emulation.around_model import project_around
from rune.devices.firmware.device import BoardClient
from rune.devices.firmware.errors import BoardError
from rune.model.tflite import ModelError, read_model
from rune.tools.cli.failure import CommandFailed, command_failure
from rune.tools.cli.files.input_file import ANY_PATH, read_input_file
from rune.tools.cli.running.serial_line import SerialLine
from rune.tools.cli.terminal.progress import progress
from rune.tools.mlperf import UNVERIFIED_NOTE
from rune.tools.mlperf.benchmarks import BENCHMARKS, BenchmarkModel, WrongModel, benchmark_model
from rune.tools.mlperf.machines import EmulatedBoard, SerialBoard, ThisMachine
from rune.tools.mlperf.protocol import BenchmarkDevice, FinishedInference, InferenceFailed, InferenceMachine
from rune.wording import counted


@click.command()
@click.argument("model", type=ANY_PATH)
@click.option(
    "--benchmark",
    "key",
    type=click.Choice(sorted(BENCHMARKS)),
    required=True,
    help="The benchmark that the model is of: it decides what is sent and what is answered.",
)
@click.option("--board", "board", metavar="BOARD", help="Infer on the emulated core of this board (see rune boards).")
@click.option("--serial", "serial", metavar="PORT", help="Infer on the board at this serial port, with its firmware.")
@click.option(
    "--write-project",
    "project",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write the project around the model, of which rune build --target pico makes that firmware, and end.",
)
def command(model: Path, key: str, board: str | None, serial: str | None, project: Path | None) -> None:
    """Answer the runner of MLPerf Tiny as a device with MODEL, an int8 .tflite file, until Ctrl-C.

    The path of the line to open is printed first. Without --board or --serial this machine infers, in the runtime of
    rune run. Each inference is a line with its time. The figures are unverified, and no MLPerf results.
    """
    if board is not None and serial is not None:
        raise click.UsageError("--board and --serial exclude each other")
    data = read_input_file(model)
    benchmark = _benchmark_of(data, key)
    if project is not None:
        _write_project(project, data)
        return
    if sys.platform == "win32":
        raise CommandFailed("This machine has no pseudo-terminals", ("Run the command in WSL",))
    from rune.tools.mlperf.line import serve, terminal_line  # The module needs a system that has them.

    machine = _machine(data, board, serial)
    with terminal_line() as line:
        click.echo(f"{key} on {line.path}: {machine.title}; {UNVERIFIED_NOTE}")
        serve(line, BenchmarkDevice(benchmark, machine, lambda run: click.echo(_text(run, machine))))


def _machine(data: bytes, board: str | None, serial: str | None) -> InferenceMachine:
    """Ends the command where the model cannot be run there."""
    try:
        with progress("Building the rune around the model"):
            if board is not None:
                return EmulatedBoard(data, find_board(board))
            if serial is not None:
                return SerialBoard(data, BoardClient(SerialLine(serial)))
            return ThisMachine(data)
    except UnknownBoard as error:
        raise CommandFailed(str(error)) from error
    except BuildFailed as error:
        raise CommandFailed("The model cannot be built", tuple(each.message for each in error.diagnostics)) from error
    except (CompileError, ModelError, InferenceFailed, BoardError) as error:
        raise command_failure("The model cannot be run there", error) from error


def _benchmark_of(data: bytes, key: str) -> BenchmarkModel:
    try:
        return benchmark_model(BENCHMARKS[key], read_model(data))
    except (ModelError, WrongModel) as error:
        raise command_failure(f"The model is not one of {key}, {BENCHMARKS[key].title}", error) from error


def _write_project(folder: Path, data: bytes) -> None:
    files = project_around(data)
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise CommandFailed(f"{folder} exists already", ("Name a folder that is not there",)) from None
    for path in files.paths():
        (folder / path).write_bytes(files.read(path))
    click.echo(f"Wrote {folder}: rune build {folder} --target pico makes the firmware")


def _text(run: FinishedInference, machine: InferenceMachine) -> str:
    each = run.microseconds / run.runs
    counts = f"{counted(run.runs, 'inference')} after {counted(run.warmups, 'warm-up')}"
    instructions = f", {machine.instructions:,} instructions" if isinstance(machine, EmulatedBoard) else ""
    return f"{counts}: {each:,.0f} µs each{instructions} ({UNVERIFIED_NOTE})"
