"""Builds a project for one target and writes the result: a rune, or a package as an archive or a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rune.compiler.anvil.errors import CompileError
from rune.compiler.anvil.target import Target
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.report import BuildReport, BuildStep
from rune.compiler.building.spec import RUNE_TARGET
from rune.compiler.targets.lookup import find_variant
from rune.source.runefile import Diagnostic
from rune.source.runefile.pipeline_tests import pipeline_tests
from rune.tools.cli.failure import command_failure
from rune.tools.cli.files.project import ProjectOnDisk
from rune.tools.cli.files.writing import write_file, write_folder
from rune.tools.cli.terminal.progress import progress

if TYPE_CHECKING:
    from rune.devices.packages.packaging import Package

ARCHIVE = ".zip"


@dataclass(frozen=True)
class BuildProduct:
    """The result of a build: a rune's bytes, or a package."""

    target: Target
    report: BuildReport
    diagnostics: tuple[Diagnostic, ...]
    content: bytes | Package

    def write(self, place: Path) -> None:
        """Writes the product into a file; a package whose place does not end in `.zip` into a folder."""
        if isinstance(self.content, bytes):
            write_file(place, self.content)
        elif place.suffix == ARCHIVE:
            write_file(place, self.content.zipped())
        else:
            write_folder(place, self.content.files, self.target.starting_points)


def build_product(project: ProjectOnDisk, options: BuildOptions, *, hidden: bool, verbose: bool) -> BuildProduct:
    """Builds. Raises `BuildFailed`, and `CommandFailed` where the compiler gives up or a package is refused."""
    name, target = options.name, options.target
    with progress(f"Building {name}", hidden=hidden or verbose) as progress_line:

        def log(step: BuildStep) -> None:
            if progress_line is not None:
                progress_line.text = f"Building {name}: {step.step} took {step.milliseconds:.0f} ms"
            if verbose:
                click.echo(f"{step.step:<8} {step.milliseconds:>7.1f} ms  {step.text}", err=True)

        try:
            if not target.makes_rune:
                return _build_package(project, options, log)
            result = build(
                project.files,
                options,
                log=log,
            )
        except CompileError as error:
            if error.details:
                click.echo(error.details, err=True)
            raise command_failure(f"Unable to compile {name} for {target.name}", error) from error
        return BuildProduct(target, result.report, result.diagnostics, result.rune)


def _build_package(project: ProjectOnDisk, options: BuildOptions, log: Callable[[BuildStep], None]) -> BuildProduct:
    from rune.devices.packages.errors import (
        PackageRefused,  # it loads what runs a rune, which a build alone does not need
    )
    from rune.devices.packages.packaging import package

    try:
        result = package(
            project.files,
            options,
            log=log,
            rune_target=find_variant(RUNE_TARGET, options.target.optimized_for),
        )
    except PackageRefused as error:
        raise command_failure(
            f"Unable to make the package of {options.name} for {options.target.name}", error
        ) from error
    return BuildProduct(options.target, result.report, result.diagnostics, result)


def run_tests(project: ProjectOnDisk, *, verbose: bool) -> None:
    """Runs the tests of the project's own blocks that the pipeline runs. Raises `BuildFailed` where one fails."""
    test_files = pipeline_tests(project.files, project.runefile)
    if not test_files:
        return
    from rune.assessment.block_tests.running import (
        run_block_tests,  # it loads what runs a rune, which a build alone does not need
    )

    try:
        report = run_block_tests(project.files, only=test_files)
    except CompileError as error:
        raise command_failure("Unable to compile the tests of the blocks", error) from error
    if verbose:
        click.echo(f"{'test':<8} {report.milliseconds:>7.1f} ms  {report}", err=True)
    if report.problems:
        raise BuildFailed(report.problems)
