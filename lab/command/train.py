"""`rune train`: learns the model of a project from its recordings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from lab.augmentation.examples import augmentation_examples
from lab.augmentation.files import example_files
from lab.command.preparing import require_tools
from lab.command.training_text import argument_lines, counted_needs, summary
from lab.dataset.splitting import splits_of_bytes
from lab.environments.making import EnvironmentProblem
from lab.full_disk import full_disk, is_full_disk
from lab.recipes.arguments import with_all_channels
from lab.recipes.catalogue import recipe_of
from lab.refusal import Reason, Refused
from lab.search.counting import needs_of_candidate
from lab.training.compression.teacher import Teacher, teacher_model_path, teacher_record_path
from lab.training.preparing import PreparedRun, prepare_run
from lab.training.results import result_files, splits_path
from lab.training.run import DEFAULT_MINUTES, TrainedModel, train, write_features
from lab.training.run_folder import RunFolder, run_folder
from lab.training.script import FEATURES, SCRIPT, script_files
from lab.training.settings import ENVIRONMENT
from lab.training.smaller_batch import train_within_memory
from lab.training.start import StartModel
from rune.compiler.anvil.errors import CompileError
from rune.compiler.building.errors import BuildFailed
from rune.datasets.splits import Split
from rune.devices.emulation.cores import CORES
from rune.environments.analysis import SCIKIT_LEARN
from rune.environments.environment import EnvironmentNeeded
from rune.project.files import FileError, FolderFiles
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.source.policy import POLICY_FILE, check_policy
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
    training = _training(folder)
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
        run = _prepared_run(folder, training)
        with ExitStack() as stack:
            folders: list[RunFolder] = []
            with progress(f"Training {training.model}", hidden=is_json) as line:
                send = _RunEvents(is_json, line).send

                def attempt(run: PreparedRun) -> TrainedModel:
                    folders.append(stack.enter_context(run_folder(run.settings.digest, fresh=fresh)))
                    return train(run, folders[-1], send, minutes=minutes)

                run, result = train_within_memory(run, attempt, send)
            is_written = _write(folder, run, result, replaces_runefile=replaces_runefile)
            for own in folders:
                own.remove()
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
    if not is_written:
        click.echo(f"{DEFAULT_RUNEFILE} was not changed. With --runefile it is replaced by that of the recipe.")
    for protection, reason in result.gaps.items():
        click.echo(f"Note: training ran without {protection}: {reason}", err=True)


def _list_arguments(name: str) -> None:
    try:
        recipe = recipe_of(name)
    except Refused as error:
        raise CommandFailed("Unable to list the arguments", (str(error),)) from error
    click.echo("\n".join(argument_lines(recipe)))


def _prepared_run(folder: Path, training: Training) -> PreparedRun:
    """The run of a project's folder. Raises `Refused` and `OSError`."""
    stored_splits = _stored_splits(folder, training)
    backbone, teacher = _backbone(folder, training), _teacher(folder, training)
    start = _start(folder, training)
    return prepare_run(training, folder / training.data, stored_splits, backbone=backbone, teacher=teacher, start=start)


def _start(folder: Path, training: Training) -> StartModel | None:
    """The model that the run begins with; None where none is named."""
    if not training.start:
        return None
    try:
        return StartModel(training.start, FolderFiles(folder).read(training.start))
    except FileError as error:
        raise Refused(Reason.SETTINGS, f"The start {quoted(training.start)} cannot be read: {error}") from error


def _backbone(folder: Path, training: Training) -> bytes | None:
    """The bytes of the backbone; None where none is named, or there is no such file."""
    try:
        return FolderFiles(folder).read(training.backbone) if training.backbone else None
    except FileError as error:
        raise Refused(Reason.SETTINGS, f"The backbone {quoted(training.backbone)} cannot be read: {error}") from error


def _teacher(folder: Path, training: Training) -> Teacher | None:
    """The model that teaches, with its record; None where none is named."""
    if not training.teacher:
        return None
    files = FolderFiles(folder)
    paths = training.teacher, teacher_record_path(training.teacher)
    try:
        return Teacher(training.teacher, *(files.read(path) for path in paths))
    except FileError as error:
        message = f"The teacher {quoted(training.teacher)}, or {quoted(paths[1])} beside it, cannot be read: {error}"
        raise Refused(Reason.SETTINGS, message) from error


def _write_script(folder: Path, training: Training, target: Path) -> None:
    """Writes the script of a run, its requirements and its features."""
    try:
        run = _prepared_run(folder, training)
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
        run = _prepared_run(folder, training)
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
        run = _prepared_run(folder, training)
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


def _training(folder: Path) -> Training:
    """Returns the training section of a project's forge.yml. Raises `CommandFailed`."""
    policy = check_policy(FolderFiles(folder))
    if policy.has_errors:
        problems = tuple(f"line {each.span.start.line}: {each.message}" for each in policy.diagnostics)
        raise CommandFailed(f'"{folder / POLICY_FILE}" has errors', problems)
    if policy.training is None:
        advice = "Write `training:` with `recipe: motion` and `data: samples`, a folder with a folder for each label."
        raise CommandFailed(f'"{folder}" has no {POLICY_FILE} with `training`', (advice,))
    return policy.training


def _stored_splits(folder: Path, training: Training) -> Mapping[str, Any]:
    """The splits of earlier runs: the model's own, and those of its teacher and its backbone, which must not have
    learned what the network is tested with."""
    models = [*([teacher_model_path(training.teacher)] if training.teacher else []), *filter(None, [training.backbone])]
    paths = [folder / splits_path(model) for model in (*models, training.model)]
    stored_splits: dict[str, Any] = {}
    for path in paths:
        if path.is_file():
            stored_splits |= splits_of_bytes(path.read_bytes(), path.name)
    return stored_splits


def _write(folder: Path, run: PreparedRun, result: TrainedModel, *, replaces_runefile: bool) -> bool:
    """Writes the files of a run; whether the Runefile is the recipe's now."""
    # A backbone that is a part of a model of the project is a file of its own.
    parts = {path: data for path, data in run.settings.recipe.files.items() if path != run.training.backbone}
    for path, data in {**result_files(run, result), **parts}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        write_file(folder / path, data)
    runefile = folder / DEFAULT_RUNEFILE
    if runefile.exists() and not replaces_runefile:
        return runefile.read_bytes() == result.runefile.encode()
    write_file(runefile, result.runefile.encode())
    return True
