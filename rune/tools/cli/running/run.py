"""`rune run`: runs a rune on files or generated input; the results of each run are one line of JSON on stdout."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from rune.model.profile import LITERT
from rune.running.container import ContainerError, is_zune, read_watch
from rune.running.runs.outputs import Stages, stages_of
from rune.running.runs.streamed import streamed_capabilities
from rune.running.runtime import InputSource, Limits, LoadedRune, LogLine, RequestedCapability, Runtime
from rune.running.runtime.engine import isolated_models
from rune.running.runtime.errors import InputFile, RuneError
from rune.running.runtime.inputs.readers import Notice, StreamFile
from rune.running.runtime.interpreters import OpenModel
from rune.tools.cli.failure import CommandFailed, causes_of, command_failure
from rune.tools.cli.files.input_file import ANY_PATH, read_input_file
from rune.tools.cli.running.input_options import InputOptions, input_options, limit_options
from rune.tools.cli.running.interruptible import interruptible
from rune.tools.cli.running.resource_options import require_resources, resources_from_options
from rune.tools.cli.running.runner import Run, RunResult, runner
from rune.tools.cli.running.stream_files import recordings, streams_from_options, unread
from rune.tools.cli.settings import settings
from rune.tools.cli.terminal.printing import format_option, print_json
from rune.tools.cli.terminal.progress import progress
from rune.tools.cli.terminal.results import results_json, results_text
from rune.watch.counts import Counts
from rune.watch.description import bin_lines
from rune.watch.layout import WatchLayout
from rune.watch.record import counts_to_json
from rune.wording import counted, printable

_ZUNE = (
    "this is a zune, the zip that the last versions of Rune made, and its blocks are modules of another ABI; "
    "rune inspect shows what is in it, and rune build builds its Runefile"
)


MAX_RUNS_WITHOUT_ANSWER = 10_000
"""Runs on generated input after which a rune must have answered."""


@click.command(name="run")
@click.argument("rune", type=ANY_PATH)
@input_options
@click.option("-r", "--repeats", type=click.IntRange(min=1), help="Run it this many times, with one line for each.")
@click.option(
    "--to-end",
    is_flag=True,
    help="Read each sound and motion file to its end, run by run, and print a line for each run with its time. A rest "
    "that is too short for a run is left out.",
)
@click.option("--file-resource", "file_resources", multiple=True, metavar="NAME=PATH", help="A resource from a file.")
@click.option("--string-resource", "string_resources", multiple=True, metavar="NAME=VALUE", help="A resource as text.")
@click.option(
    "--engine",
    type=click.Choice(["wasmtime", "wasmer", "wasm3"]),
    default="wasmtime",
    help="Accepted for old scripts; every rune runs on wasmtime.",
)
@click.option(
    "--reference-models",
    is_flag=True,
    help="Run models that the rune leaves to its host with LiteRT's reference kernels, as rune verify does, and not "
    "with the fast ones that pages and servers run them with: the results differ by some steps.",
)
@limit_options
@click.option(
    "--serial",
    metavar="PORT",
    help="Run it on the board at this serial port too: print what the board gives, and whether all bytes are the same.",
)
@format_option("json")
@click.option("--counts", "shows_counts", is_flag=True, help="Print what the rune counted in all runs, at the end.")
@click.option("-v", "--verbose", is_flag=True, help="Show all log messages of the rune.")
def command(
    rune: Path,
    inputs: InputOptions,
    repeats: int | None,
    to_end: bool,
    file_resources: Sequence[str],
    string_resources: Sequence[str],
    engine: str,  # noqa: ARG001 (accepted, as its help says)
    reference_models: bool,
    limits: Limits,
    serial: str | None,
    form: str,
    shows_counts: bool,
    verbose: bool,
) -> None:
    """Run RUNE and print its outputs as one line of JSON.

    Input comes from files. A flag may be given more than once: a capability's argument `source` picks the file, from 0.
    Proc-blocks and models keep state between the --repeats. Runes that are built with --host-resources take resources
    from their host. A rune with a `window` over a stream reads its file to the end in small chunks, and prints a line
    for each window, with its "time" in seconds; with --repeats it reads the first chunk each time, and --generated
    input runs until it answers. Any other rune reads
    the beginning of a recording, or with --to-end all of it.

    With --serial a board runs the firmware of the same project (rune build --target pico) on the same input. What it
    gives is printed, with its cycles, and the status is 1 where a byte differs from what RUNE gives here.
    """
    if to_end and repeats is not None:
        raise click.UsageError("--to-end reads on from run to run, and --repeats begins anew: give one of them.")
    data = read_input_file(rune)
    layout = _layout_of(rune, data) if shows_counts else None
    resources = resources_from_options(file_resources, string_resources)
    require_resources(data, resources)
    with progress(f"Loading {rune.name}"):
        models = isolated_models(limits, LITERT) if reference_models else None
        loaded_rune = load(data, limits, resources, open_model=models)
    _show(loaded_rune.logs, verbose)
    printer = ResultPrinter(stages_of(data, loaded_rune.outputs), form)
    with runner(loaded_rune, data, serial) as run:
        _run_all(loaded_rune, data, run, inputs, printer, repeats=repeats, to_end=to_end, verbose=verbose)
    counts = None if layout is None else loaded_rune.take_counts()
    if layout is not None and counts is not None:
        printer.show_counts(layout, counts)


def _layout_of(rune: Path, data: bytes) -> WatchLayout:
    """The bins of a rune; ends the command for one that counts nothing."""
    try:
        record = read_watch(data)
    except ContainerError as error:
        raise CommandFailed(f'Unable to read "{rune}": {error}') from error
    if record is None:
        raise CommandFailed(f'"{rune}" counts nothing', ("it has no classifier, or its Runefile says watch: off",))
    return record.layout


def _run_all(
    loaded_rune: LoadedRune,
    data: bytes,
    run: Run,
    inputs: InputOptions,
    printer: ResultPrinter,
    *,
    repeats: int | None,
    to_end: bool,
    verbose: bool,
) -> None:
    """All runs that the options ask for, each with its results."""
    notices: list[str] = []
    streams = streams_from_options(data, loaded_rune.capabilities, inputs, notices.append) if repeats is None else {}
    recorded_files = (
        {} if streams or repeats is not None else recordings(loaded_rune.capabilities, inputs, notices.append)
    )
    if to_end and not streams and not recorded_files:
        raise CommandFailed("There is no recording to read", ("give one with --sound or --accelerometer",))
    if streams or (to_end and all(each.runs for each in recorded_files.values())):
        show_notices(notices)
        _run_streams(loaded_rune, run, streams or recorded_files, inputs, printer)
        return
    show_notices([*notices, *unread(recorded_files)])
    shown_notices = set(notices)
    if repeats is None and streamed_capabilities(data, loaded_rune.capabilities):
        printer.show(_first_answer(lambda: _run_once(loaded_rune, run, inputs, verbose, shown_notices)), None)
        return
    for _ in range(repeats or 1):
        printer.show(_run_once(loaded_rune, run, inputs, verbose, shown_notices), None)


def _run_once(rune: LoadedRune, run: Run, inputs: InputOptions, verbose: bool, shown_notices: set[str]) -> RunResult:
    """One run. `shown_notices` are those of earlier runs, which are not shown again."""
    notices: list[str] = []
    try:
        with progress("Running the rune"):
            return run(prepared_inputs(rune, inputs, notices.append))
    finally:
        show_notices(each for each in notices if each not in shown_notices)
        shown_notices.update(notices)
        _show(rune.logs, verbose)


def _first_answer(run: Callable[[], RunResult]) -> RunResult:
    """The first run that sends outputs; generated input fills no window in its first run."""
    result = run()
    for _ in range(MAX_RUNS_WITHOUT_ANSWER):
        if result.messages:
            break
        result = run()
    return result


@dataclass(frozen=True)
class ResultPrinter:
    """Prints the outputs of runs."""

    stages: Stages
    form: str

    def show_counts(self, layout: WatchLayout, counts: Counts) -> None:
        """Prints the counts: one line of JSON, or a line for each bin that is not empty."""
        if self.form == "json":
            print_json({"counts": counts_to_json(counts)}, one_line=True)
        else:
            click.echo(
                "\n".join([f"counted {counted(counts.answers, 'run')}", *map(printable, bin_lines(layout, counts))])
            )

    def show(self, result: RunResult, time: float | None) -> None:
        """One line of JSON, or a line for each tensor. `time` is where its input ends in a recording."""
        if self.form == "json":
            time_field = {} if time is None else {"time": round(time, 6)}
            board = {} if result.board is None else {"board": result.board.to_json()}
            print_json({**time_field, **results_json(result.messages, self.stages), **board}, one_line=True)
            return
        prefix = "" if time is None else f"{time:.3f} s  "
        lines = [*results_text(result.messages, self.stages), *([] if result.board is None else [str(result.board)])]
        click.echo("\n".join(f"{prefix}{line}" for line in lines))


def _run_streams(
    rune: LoadedRune, run: Run, streams: Mapping[int, StreamFile], inputs: InputOptions, printer: ResultPrinter
) -> None:
    """Runs to the end of the shortest file. What a run sends is shown with its time; one that waits shows nothing."""
    others = [request for request in rune.capabilities if request.id not in streams]
    other_inputs = inputs_of(others, inputs, lambda _: None)
    seconds = next((stream.seconds for stream in streams.values() if stream.seconds is not None), None)
    runs = min(stream.runs for stream in streams.values())
    answers = 0
    for number, chunks in enumerate(zip(*(stream.chunks() for stream in streams.values()), strict=False), start=1):
        result = run({**other_inputs, **dict(zip(streams, chunks, strict=True))})
        if result.messages:
            printer.show(result, None if seconds is None else number * seconds)
            answers += 1
    if not answers:
        length = "" if seconds is None else f" of {runs * seconds:g} s"
        click.echo(f"Nothing was sent: the input{length} fills no window. {counted(runs, 'run')} read it.", err=True)


def load(
    data: bytes, limits: Limits, resources: Mapping[str, bytes], *, open_model: OpenModel | None = None
) -> LoadedRune:
    """A rune that can be called; ends the command with the reason when it cannot."""
    if is_zune(data):
        raise CommandFailed("Unable to load the Runtime", (_ZUNE,))
    try:
        return interruptible(lambda: Runtime.load(data, limits, resources=resources, open_model=open_model))
    except RuneError as error:
        raise command_failure("Unable to load the Runtime", error) from error


def prepared_inputs(rune: LoadedRune, inputs: InputOptions, notice: Notice) -> Mapping[int, InputSource]:
    """The input of each capability, from files that are read and decoded here; ends the command where one cannot be."""
    return inputs_of(rune.capabilities, inputs, notice)


def inputs_of(
    capabilities: Sequence[RequestedCapability], inputs: InputOptions, notice: Notice
) -> Mapping[int, InputSource]:
    """The input of each of some capabilities; ends the command where a file cannot be read."""
    try:
        return inputs.for_capabilities(capabilities, notice)
    except InputFile as error:
        message, *causes = causes_of(error)
        raise CommandFailed(message, tuple(causes)) from error


def show_notices(notices: Iterable[str]) -> None:
    """Prints notices about converted files on standard error, each once."""
    for notice in dict.fromkeys(notices):
        click.echo(notice, err=True)


def _show(logs: Sequence[LogLine], verbose: bool) -> None:
    """The lines that the level lets through."""
    for line in logs:
        if verbose or settings().logs(line.level):
            click.echo(f"{line.level}: {line.message}", err=True)
