"""`rune train`: learns the model of a project from its recordings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from lab.augmentation.examples import augmentation_examples
from lab.augmentation.files import example_files
from lab.command.preparing import require_tools
from lab.command.training.project import TrainingFolder, prepared_run, train_project, training_of
from lab.command.training.text import argument_lines, counted_needs, summary
from lab.environments.making import EnvironmentProblem
from lab.full_disk import full_disk, is_full_disk
from lab.recipes.arguments import with_all_channels
from lab.recipes.catalogue import recipe_of
from lab.refusal import Reason, Refused
from lab.search.counting import needs_of_candidate
from lab.training.run import DEFAULT_MINUTES, write_features
from lab.training.script import FEATURES, SCRIPT, script_files
from lab.training.settings import ENVIRONMENT
from rune.compiler.anvil.errors import CompileError
from rune.compiler.building.errors import BuildFailed
from rune.datasets.splits import Split
from rune.devices.emulation.cores import CORES
from rune.environments.analysis import SCIKIT_LEARN
from rune.environments.environment import EnvironmentNeeded
from rune.project.files import FolderFiles
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.source.policy import POLICY_FILE
from rune.source.policy.sections.training import Training
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.files.writing import write_file
from rune.tools.cli.terminal.printing import format_option, print_json
from rune.tools.cli.terminal.progress import ProgressLine, progress
from rune.wording import counted, plain, quoted

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.argument("folder", type=_FOLDER, default=Path())
@click.option("--fresh", is_flag=True, help="Start anew, even if an interrupted run could be continued.")
@click.option(
    "--runefile", "replaces_runefile", is_flag=True, help=f"Replace the {DEFAULT_RUNEFILE} by that of the recipe."
)
@click.option(
    "--minutes",
    type=click.FloatRange(0.1, 10_000),
    default=DEFAULT_MINUTES,
    show_default=True,
    help="The most time that training takes.",
)
@click.option(
    "--python",
    "script_folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the run as a script of plain Keras, with its features, into this folder, and train nothing.",
)
@click.option(
    "--augmentation",
    "example_folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write a few recordings before and after augmentation into this folder, and train nothing.",
)
@click.option(
    "--count",
    "target",
    type=click.Choice(sorted(CORES)),
    help="Count what the rune will need on this target, and train nothing.",
)
@click.option(
    "--arguments",
    "listed_recipe",
    metavar="RECIPE",
    help="List the sizes and the arguments of this recipe, and train nothing.",
)
@click.option("--prepare", "prepares", is_flag=True, help="Prepare missing environments without asking.")
@format_option()
def command(
    folder: Path,
    fresh: bool,
    replaces_runefile: bool,
    minutes: float,
    script_folder: Path | None,
    example_folder: Path | None,
    target: str | None,
    listed_recipe: str | None,
    prepares: bool,
    form: str,
) -> None:
    """Train the model of the project in FOLDER, by default the current one.

    Its forge.yml says how: `training` names a recipe, and a folder of recordings with a folder for each label. The
    features are computed by the blocks of the rune. The model, the Runefile around it, a record of where the model came
    from, and a report with the curves are written into the folder.

    A run that was interrupted goes on from its last checkpoint when the command is called again. A run for which memory
    does not suffice begins again with half the batch, once. With --format json each event of the run is a line.

    \b
    rune train my-project
    """
    if listed_recipe is not None:
        _list_arguments(listed_recipe)
        return
    training = training_of(FolderFiles(folder), str(folder))
    if script_folder is not None:
        _write_script(folder, training, script_folder)
        return
    if example_folder is not None:
        _write_examples(folder, training, example_folder)
        return
    if target is not None:
        _count(folder, training, target, is_json=form == "json")
        return
    _train(
        folder,
        training,
        fresh=fresh,
        minutes=minutes,
        prepares=prepares,
        replaces_runefile=replaces_runefile,
        is_json=form == "json",
    )


def _train(
    folder: Path,
    training: Training,
    *,
    fresh: bool,
    minutes: float,
    prepares: bool,
    replaces_runefile: bool,
    is_json: bool,
) -> None:
    """Trains the model of a project, and writes its files."""
    try:
        if recipe_of(training.recipe).estimator is None:
            require_tools(ENVIRONMENT, "Training a network", prepares=prepares)
        else:
            require_tools(None, "Learning", prepares=prepares, modules=(SCIKIT_LEARN,))
        with progress(f"Training {training.model}", hidden=is_json) as line:
            run = train_project(
                _on_disk(folder),
                training,
                _RunEvents(is_json, line).send,
                fresh=fresh,
                minutes=minutes,
                replaces_runefile=replaces_runefile,
            )
            result = run.result
    except (Refused, EnvironmentProblem) as error:
        raise CommandFailed(f'Unable to train "{training.model}"', (str(error),)) from error
    except OSError as error:
        if is_full_disk(error):
            raise CommandFailed(f'Unable to train "{training.model}"', (str(full_disk()),)) from error
        raise CommandFailed(f'Unable to read "{folder / training.data}": {error.strerror or error}') from error
    if is_json:
        click.echo(json.dumps({"event": "result", **result.report}))
        return
    click.echo("\n".join(summary(result.report)))
    if not run.has_runefile:
        click.echo(f"{DEFAULT_RUNEFILE} was not changed. With --runefile it is replaced by that of the recipe.")
    for protection, reason in result.gaps.items():
        click.echo(f"Note: training ran without {protection}: {reason}", err=True)


def _on_disk(folder: Path) -> TrainingFolder:
    """The project of a folder, whose files are written as all commands write theirs."""

    def write(path: str, data: bytes) -> None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        write_file(folder / path, data)

    return TrainingFolder(folder, FolderFiles(folder), write)


def _list_arguments(name: str) -> None:
    try:
        recipe = recipe_of(name)
    except Refused as error:
        raise CommandFailed("Unable to list the arguments", (str(error),)) from error
    click.echo("\n".join(argument_lines(recipe)))


def _write_script(folder: Path, training: Training, target: Path) -> None:
    """Writes the script of a run, its requirements and its features."""
    try:
        run = prepared_run(_on_disk(folder), training)
        with progress("Computing the features") as line:
            target.mkdir(parents=True, exist_ok=True)
            features = write_features(run, target / FEATURES, lambda _share, text: _show(line, text))
        for name, data in script_files(run.settings, run.teacher, run.start).items():
            write_file(target / name, data)
    except Refused as error:
        raise CommandFailed(f'Unable to write the script of "{training.model}"', (str(error),)) from error
    except OSError as error:
        raise CommandFailed(f'Unable to write the script of "{training.model}": {error}') from error
    for note in features.notes:
        click.echo(f"Note: {plain(note, 400)}")
    click.echo(f"python {target / SCRIPT} gives the curves of this run on this machine.")


def _write_examples(folder: Path, training: Training, target: Path) -> None:
    """Writes recordings of the train split before and after augmentation."""
    try:
        run = prepared_run(_on_disk(folder), training)
        recipe, values = run.settings.recipe, run.settings.values
        recordings = run.dataset.of(Split.TRAIN)
        with progress("Drawing augmentations") as line:
            examples = augmentation_examples(
                recipe, values, recordings, training.seed, lambda _share, text: _show(line, text)
            )
        for path, data in example_files(examples, recipe.kind).items():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            write_file(target / path, data)
    except Refused as error:
        raise CommandFailed(f'Unable to draw the augmentation of "{training.model}"', (str(error),)) from error
    except OSError as error:
        raise CommandFailed(f'Unable to draw the augmentation of "{training.model}": {error}') from error
    click.echo(f"{target} has {counted(len(examples), 'recording')}, each with {len(examples[0].draws)} augmentations.")


def _count(folder: Path, training: Training, target: str, *, is_json: bool) -> None:
    """Counts what the rune of a run will need on a target. Training changes the weights, and not these figures."""
    try:
        run = prepared_run(_on_disk(folder), training)
        settings = run.settings
        if run.start is not None:
            message = f"What {quoted(run.start.path)} needs is counted once it is trained: run rune fit then."
            raise Refused(Reason.SETTINGS, message)
        with progress(f"Counting on {target}", hidden=is_json):
            parts = settings.labels, training.form, target
            needs, reason = needs_of_candidate(settings.recipe, settings.values, *parts)
            unpruned_values = with_all_channels(settings.values)
            before = (
                None if unpruned_values is None else needs_of_candidate(settings.recipe, unpruned_values, *parts)[0]
            )
    except (Refused, BuildFailed, CompileError, EnvironmentNeeded, OSError) as error:
        raise CommandFailed(f'Unable to count "{training.model}" on {target}', (str(error),)) from error
    if is_json:
        pruning = {} if before is None else {"before_pruning": asdict(before)}
        print_json({**asdict(needs), "not_measured": reason, **pruning})
        return
    click.echo("\n".join(counted_needs(needs, reason, before)))


def _show(line: ProgressLine | None, text: str) -> None:
    if line is not None:
        line.text = text


_FOR_SERVERS = ("answers", "checkpoint")
"""Events that a terminal has no use for."""


class _RunEvents:
    """Shows the events of a run: each as a line of JSON, or the newest in the line of progress."""

    def __init__(self, is_json: bool, line: ProgressLine | None) -> None:
        self._is_json = is_json
        self._line = line

    def send(self, event: Mapping[str, Any]) -> None:
        if event["event"] in _FOR_SERVERS:
            return
        if self._is_json:
            click.echo(json.dumps(event))
        elif event["event"] == "progress":
            _show(self._line, event["text"])
        elif event["event"] == "resumed":
            click.echo(f"Going on from the checkpoint of epoch {event['epoch']}.", err=True)
        elif event["event"] == "begun-again":
            batch = event["values"]["batch"]
            click.echo(
                f"Memory did not suffice. The run began again with batches of {batch:g}. Write `batch: {batch:g}` into "
                f"{POLICY_FILE} to begin with them.",
                err=True,
            )
