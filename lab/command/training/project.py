"""Training the model of a project in a folder: what is read before, and the files that are written after.

The command and the tools of assistants read through `files` and write through `write`, which may refuse places.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.dataset.splitting import splits_of_bytes
from lab.refusal import Reason, Refused
from lab.training.compression.teacher import Teacher, teacher_model_path, teacher_record_path
from lab.training.preparing import PreparedRun, prepare_run
from lab.training.results import result_files, splits_path
from lab.training.run import Send, TrainedModel, train
from lab.training.run_folder import RunFolder, run_folder
from lab.training.smaller_batch import train_within_memory
from lab.training.start import StartModel
from rune.project.files import FileError, FileMissing, ProjectFiles
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.source.policy import POLICY_FILE, check_policy
from rune.source.policy.sections.training import Training
from rune.tools.cli.failure import CommandFailed
from rune.wording import quoted

Write = Callable[[str, bytes], None]
"""Writes a file of the project."""


@dataclass(frozen=True)
class TrainingFolder:
    """A project in a folder, and how its files are read and written."""

    folder: Path
    files: ProjectFiles
    write: Write


@dataclass(frozen=True)
class TrainedProject:
    """The result of a run, and whether the Runefile is the recipe's now."""

    result: TrainedModel
    has_runefile: bool


def train_project(
    project: TrainingFolder, training: Training, send: Send, *, fresh: bool, minutes: float, replaces_runefile: bool
) -> TrainedProject:
    """Trains the model of a project, and writes its files. Raises `Refused` and `OSError`, and what `send` raises."""
    run = prepared_run(project, training)
    folders: list[RunFolder] = []
    with ExitStack() as stack:

        def attempt(run: PreparedRun) -> TrainedModel:
            folders.append(stack.enter_context(run_folder(run.settings.digest, fresh=fresh)))
            return train(run, folders[-1], send, minutes=minutes)

        run, result = train_within_memory(run, attempt, send)
        has_runefile = _write_results(project, run, result, replaces_runefile=replaces_runefile)
        for own in folders:
            own.remove()
    return TrainedProject(result, has_runefile)


def training_of(files: ProjectFiles, name: str) -> Training:
    """Returns the training section of a project's forge.yml. Raises `CommandFailed`."""
    policy = check_policy(files)
    if policy.has_errors:
        problems = tuple(f"line {each.span.start.line}: {each.message}" for each in policy.diagnostics)
        raise CommandFailed(f'"{name}/{POLICY_FILE}" has errors', problems)
    if policy.training is None:
        advice = "Write `training:` with `recipe: motion` and `data: samples`, a folder with a folder for each label."
        raise CommandFailed(f'"{name}" has no {POLICY_FILE} with `training`', (advice,))
    return policy.training


def prepared_run(project: TrainingFolder, training: Training) -> PreparedRun:
    """The run of a project's folder. Raises `Refused` and `OSError`."""
    splits = stored_splits(project.files, training)
    backbone, teacher = _backbone(project.files, training), _teacher(project.files, training)
    start = _start(project.files, training)
    return prepare_run(
        training, project.folder / training.data, splits, backbone=backbone, teacher=teacher, start=start
    )


def _start(files: ProjectFiles, training: Training) -> StartModel | None:
    """The model that the run begins with; None where none is named."""
    if not training.start:
        return None
    try:
        return StartModel(training.start, files.read(training.start))
    except FileError as error:
        raise Refused(Reason.SETTINGS, f"The start {quoted(training.start)} cannot be read: {error}") from error


def _backbone(files: ProjectFiles, training: Training) -> bytes | None:
    """The bytes of the backbone; None where none is named, or there is no such file."""
    try:
        return files.read(training.backbone) if training.backbone else None
    except FileError as error:
        raise Refused(Reason.SETTINGS, f"The backbone {quoted(training.backbone)} cannot be read: {error}") from error


def _teacher(files: ProjectFiles, training: Training) -> Teacher | None:
    """The model that teaches, with its record; None where none is named."""
    if not training.teacher:
        return None
    paths = training.teacher, teacher_record_path(training.teacher)
    try:
        return Teacher(training.teacher, *(files.read(path) for path in paths))
    except FileError as error:
        message = f"The teacher {quoted(training.teacher)}, or {quoted(paths[1])} beside it, cannot be read: {error}"
        raise Refused(Reason.SETTINGS, message) from error


def stored_splits(files: ProjectFiles, training: Training) -> Mapping[str, Any]:
    """The splits of earlier runs: the model's own, and those of its teacher and its backbone, which must not have
    learned what the network is tested with."""
    models = [*([teacher_model_path(training.teacher)] if training.teacher else []), *filter(None, [training.backbone])]
    splits: dict[str, Any] = {}
    for path in map(splits_path, (*models, training.model)):
        try:
            splits |= splits_of_bytes(files.read(path), path)
        except FileMissing:
            continue
        except FileError as error:
            raise Refused(Reason.SETTINGS, f"The splits {quoted(path)} cannot be read: {error}") from error
    return splits


def _write_results(project: TrainingFolder, run: PreparedRun, result: TrainedModel, *, replaces_runefile: bool) -> bool:
    """Writes the files of a run; whether the Runefile is the recipe's now."""
    # A backbone that is a part of a model of the project is a file of its own.
    parts = {path: data for path, data in run.settings.recipe.files.items() if path != run.training.backbone}
    for path, data in {**result_files(run, result), **parts}.items():
        project.write(path, data)
    if not replaces_runefile:
        try:
            return project.files.read(DEFAULT_RUNEFILE) == result.runefile.encode()
        except FileMissing:
            pass
    project.write(DEFAULT_RUNEFILE, result.runefile.encode())
    return True
