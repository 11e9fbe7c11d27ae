"""`rune search`: tries settings of a recipe, and finds the networks that are right most often for what they need."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from lab.command.preparing import require_tools
from lab.command.search_text import summary, training_section, trial_line, with_time
from lab.command.training.project import stored_splits, training_of
from lab.environments.making import EnvironmentProblem
from lab.full_disk import full_disk, is_full_disk
from lab.recipes.catalogue import recipe_of
from lab.refusal import Refused
from lab.search.devices import SearchDevice, SearchDevices, devices_on
from lab.search.limits import DeviceLimits
from lab.search.ranking import best_trials
from lab.search.running import Budget, CandidateSearch, run_search
from lab.search.space import require_searched, space_of
from lab.search.trials import open_trials, read_trials
from lab.training.preparing import prepare_run
from lab.training.settings import ENVIRONMENT
from rune.devices.boards.board import Board
from rune.devices.boards.lookup import UnknownBoard, find_board
from rune.devices.emulation.cores import CORES
from rune.environments.analysis import OPTUNA, QUANTISER
from rune.project.files import FolderFiles
from rune.source.policy.quantities import COUNT, SIZE, TIME, Measure, read_quantity, with_unit
from rune.source.policy.sections.training import Training
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.terminal.printing import format_option
from rune.tools.cli.terminal.progress import ProgressLine, progress
from rune.wording import quoted

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
MAX_WORKERS = 16
DEFAULT_TARGET = "cortex-m4"


class _Milliseconds(click.ParamType[float]):
    """A length of time above 0."""

    name = "milliseconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = read_quantity(f"{value} ms", TIME)
        if not number:
            self.fail(f"{quoted(str(value))} is not a number of milliseconds above 0, such as 50.", param, ctx)
        return number


class _Quantity(click.ParamType[int]):
    """A quantity with its unit, as a `forge.yml` writes it."""

    def __init__(self, name: str, measure: Measure) -> None:
        self.name = name
        self._measure = measure

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        number = read_quantity(str(value), self._measure)
        if number is None or number < 1:
            example = with_unit(str(value), self._measure) or self._measure.example
            self.fail(f"{quoted(str(value))} is not a quantity such as {quoted(example)}.", param, ctx)
        return round(number)


@click.command()
@click.argument("folder", type=_FOLDER, default=Path())
@click.option(
    "--board",
    "board_keys",
    metavar="BOARD",
    multiple=True,
    help="Its core is counted on, and its memory is the limit. Twice: candidates have to fit both boards; instructions "
    "and time are limited and compared on the first.",
)
@click.option("--target", type=click.Choice(sorted(CORES)), help=f"Count on this target. [default: {DEFAULT_TARGET}]")
@click.option("--ram", type=_Quantity("size", SIZE), help="The most RAM of the rune, such as 20kB.")
@click.option("--flash", type=_Quantity("size", SIZE), help="The most flash of the rune, such as 60kB.")
@click.option("--instructions", type=_Quantity("count", COUNT), help="The most instructions of one run, such as 2M.")
@click.option(
    "--milliseconds",
    type=_Milliseconds(),
    help="The longest inference time on the board, by the upper end of its estimate, such as 50.",
)
@click.option(
    "--vary",
    "variations",
    metavar="NAME=VALUES",
    multiple=True,
    help="Values of an argument in place of the recipe's own: filters=4,8,16, or quantize=int8,int16x8.",
)
@click.option(
    "--trials",
    type=click.IntRange(1, 10_000),
    default=40,
    show_default=True,
    help="Trials that came as far as training, of all calls.",
)
@click.option(
    "--minutes", type=click.FloatRange(0.1, 10_000), default=60, show_default=True, help="The most time of this call."
)
@click.option(
    "--workers", type=click.IntRange(1, MAX_WORKERS), default=1, show_default=True, help="Trials at the same time."
)
@click.option(
    "--patience",
    type=click.IntRange(1, 10_000),
    default=30,
    show_default=True,
    help="End after so many trained trials in a row that brought nothing better.",
)
@click.option("--fresh", is_flag=True, help="Discard the trials of earlier calls.")
@click.option(
    "--show", "trial_number", metavar="TRIAL", type=click.IntRange(1), help="Print a trial's lines for forge.yml."
)
@click.option("--prepare", "prepares", is_flag=True, help="Prepare missing environments without asking.")
@format_option()
def command(
    folder: Path,
    board_keys: tuple[str, ...],
    target: str | None,
    ram: int | None,
    flash: int | None,
    instructions: int | None,
    milliseconds: float | None,
    variations: tuple[str, ...],
    trials: int,
    minutes: float,
    workers: int,
    patience: int,
    fresh: bool,
    trial_number: int | None,
    prepares: bool,
    form: str,
) -> None:
    """Search for the settings of the project in FOLDER that are right most often for what they need.

    A recipe of `training` in forge.yml says what is varied. Each candidate is counted by the compiler first: what is
    over a limit costs half a second and is not trained. The others are trained and run on the validation split. The
    test split is not read: `rune evaluate --split test` reads it, once a trial was trained by `rune train`.

    Trials are rows of a file beside the model. A search that was interrupted goes on when the command is called again.
    With --format json each event is a line.

    \b
    rune search my-project --board arduino-nano-33-ble-sense --ram 20kB --trials 100
    """
    training = training_of(FolderFiles(folder), str(folder))
    path = folder / trials_path(training.model)
    if trial_number is not None:
        _show(path, training, trial_number)
        return
    boards = [_board(key, target) for key in board_keys]
    devices = _devices(boards, target, DeviceLimits(ram, flash, instructions), milliseconds)
    try:
        require_searched(recipe_of(training.recipe))
        require_tools(ENVIRONMENT, "Training candidates", prepares=prepares, modules=(QUANTISER, OPTUNA))
        base = prepare_run(training, folder / training.data, stored_splits(FolderFiles(folder), training))
        space = space_of(base.settings.recipe, _variations(variations), training.form)
        search = CandidateSearch(base, space, devices)
        with open_trials(path, search.settings(), fresh=fresh) as file:
            with progress(f"Searching for {training.model}", hidden=form == "json") as line:
                sink = _SearchEvents(form == "json", line, boards)
                reason = run_search(search, file, Budget(trials, minutes, workers, patience), sink.send)
            rows = list(file.trials)
    except (Refused, EnvironmentProblem) as error:
        raise CommandFailed(f'Unable to search for "{training.model}"', (str(error),)) from error
    except OSError as error:
        cause = str(full_disk()) if is_full_disk(error) else str(error)
        raise CommandFailed(f'Unable to search for "{training.model}"', (cause,)) from error
    if form == "json":
        best = [each.number for each in best_trials(rows)]
        click.echo(json.dumps({"event": "result", "best": best, "trials": len(rows), "reason": reason}))
        return
    click.echo("\n".join(summary(rows, reason, space, base.dataset.counts()["validation"], boards)))


def trials_path(model: str) -> str:
    """The path of the file that has the trials of a search, beside a model."""
    return str(Path(model).with_suffix(".search.jsonl"))


def _show(path: Path, training: Training, number: int) -> None:
    try:
        settings, trials = read_trials(path)
    except FileNotFoundError as error:
        raise CommandFailed(f'There is no "{path}". Call rune search first.') from error
    except (Refused, OSError) as error:
        raise CommandFailed(f'Unable to read "{path}"', (str(error),)) from error
    for trial in trials:
        if trial.number == number:
            arguments = {**training.arguments, **trial.candidate.values}
            trial_training = replace(
                training, arguments=arguments, form=trial.candidate.form, seed=int(settings["seed"])
            )
            click.echo(training_section(trial_training), nl=False)
            return
    raise CommandFailed(f'"{path.name}" has no trial {number}; it has {len(trials)} trials.')


def _board(key: str, target: str | None) -> Board:
    """The board, on whose core an emulator counts."""
    try:
        board = find_board(key)
    except UnknownBoard as error:
        raise CommandFailed(str(error)) from error
    if target is not None and target != board.target:
        raise CommandFailed(f"{board.name} has the target {board.target}, and not {target}. Leave --target out.")
    if board.target not in CORES:
        raise CommandFailed(f"No emulator counts on {board.target}, the core of {board.name}. Name a --target.")
    return board


def _devices(
    boards: Sequence[Board], target: str | None, limits: DeviceLimits, milliseconds: float | None
) -> SearchDevices:
    """The boards with the limits on each, those of a board where none is written; without boards the target."""
    if not boards:
        if milliseconds is not None:
            raise CommandFailed("--milliseconds limits the time on a board. Name a --board.")
        return SearchDevices(SearchDevice(target or DEFAULT_TARGET, limits))
    try:
        return devices_on(boards, limits, milliseconds)
    except Refused as error:
        raise CommandFailed(str(error)) from error


def _variations(texts: Sequence[str]) -> Mapping[str, Sequence[str]]:
    values: dict[str, Sequence[str]] = {}
    for text in texts:
        name, equals, words = text.partition("=")
        parts = [word.strip() for word in words.split(",")]
        if not equals or not name or not all(parts):
            raise CommandFailed(f"--vary {quoted(text)} is not an argument with values, such as filters=4,8,16.")
        values[name.strip()] = parts
    return values


class _SearchEvents:
    """Shows the events of a search: each as a line of JSON, or a line for each trial. Those of trials have the
    inference time on the first board, if there is one."""

    def __init__(self, is_json: bool, line: ProgressLine | None, boards: Sequence[Board]) -> None:
        self._is_json = is_json
        self._line = line
        self._boards = boards

    def send(self, event: Mapping[str, Any]) -> None:
        if self._is_json:
            click.echo(json.dumps(with_time(event, self._boards)))
        elif event["event"] == "trial":
            click.echo(trial_line(event, self._boards), err=True)
        elif event["event"] == "epoch" and self._line is not None:
            text = f"Trial {event['trial']}, epoch {event['epoch']}: {event['validation_accuracy']:.1%}"
            self._line.text = text
