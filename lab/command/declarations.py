"""Converts the models that a project's `forge.yml` declares, those that are out of date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lab.command.conversion import Request
from lab.quantize.forms import FLOAT
from rune.project.files import FolderFiles
from rune.source.policy import POLICY_FILE, check_policy
from rune.source.policy.model_files import model_problem
from rune.source.policy.sections.models import ModelSource
from rune.tools.cli.failure import CommandFailed


def outdated_models(folder: Path) -> Iterator[tuple[ModelSource, str]]:
    """The models that have to be converted, each with the reason. Raises `CommandFailed`."""
    files = FolderFiles(folder)
    policy = check_policy(files)
    if policy.has_errors:
        problems = tuple(f"line {each.span.start.line}: {each.message}" for each in policy.diagnostics)
        raise CommandFailed(f'"{folder / POLICY_FILE}" has errors', problems)
    if not policy.models:
        raise without_models(folder)
    for model in policy.models:
        problem = model_problem(files, model)
        if problem is not None:
            yield model, problem


def without_models(folder: Path) -> CommandFailed:
    """The error of a folder whose `forge.yml` declares no models, or that has none."""
    return CommandFailed(
        f'"{folder}" has no {POLICY_FILE} with `models`',
        ("Name a file to convert, or declare the project's models there.",),
    )


def request_of(folder: Path, model: ModelSource) -> Request:
    """Returns the request of a declaration."""
    return Request(
        folder / model.source,
        model.form,
        tuple(dict.fromkeys((FLOAT, model.form))),
        model.float_layers,
        None if model.samples is None else folder / model.samples,
        model.shapes,
        model.float_interface,
        project=folder,
        model=model.path,
        calibration=model.calibration,
    )
