"""Building a project for one target, and writing what was made: a rune, or a package as an archive or a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rune.compiler.anvil.errors import CompileError
from rune.compiler.anvil.profile import Profile
from rune.compiler.anvil.target import Target
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.report import Report, Step
from rune.compiler.building.spec import RUNE_TARGET
from rune.compiler.targets.finding import find_variant
from rune.source.runefile import Diagnostic, HostResources
from rune.source.runefile.block_test_files import find_test_files
from rune.tools.cli.failure import failed
from rune.tools.cli.progress import progress
from rune.tools.cli.project import Project
from rune.tools.cli.writing import write_file, write_folder

if TYPE_CHECKING:
    from rune.devices.packages.packaging import Package

ARCHIVE = ".zip"


@dataclass(frozen=True)
class Wanted:
    """What is to be built."""

    name: str
    target: Target
    host_models: bool
    timed: bool
    host_resources: HostResources
    profile: Profile


@dataclass(frozen=True)
class Made:
    """What was built: a rune's bytes, or a package."""

    target: Target
    report: Report
    diagnostics: tuple[Diagnostic, ...]
    content: bytes | Package

    def write(self, place: Path) -> None:
        """Into a file; a package whose place does not end in `.zip` into a folder."""
        if isinstance(self.content, bytes):
            write_file(place, self.content)
        elif place.suffix == ARCHIVE:
            write_file(place, self.content.zipped())
        else:
            write_folder(place, self.content.files, self.target.starting_points)


def make(project: Project, wanted: Wanted, *, hidden: bool, verbose: bool) -> Made:
    """Builds. Raises `BuildFailed`, and `CommandFailed` where the compiler gives up or a package is refused."""
    name, target = wanted.name, wanted.target
    with progress(f"Building {name}", hidden=hidden or verbose) as shown:

        def log(step: Step) -> None:
            if shown is not None:
                shown.text = f"Building {name}: {step.step} took {step.milliseconds:.0f} ms"
            if verbose:
                click.echo(f"{step.step:<8} {step.milliseconds:>7.1f} ms  {step.text}", err=True)

        try:
            if not target.makes_rune:
                return _packaged(project, wanted, log)
            built = build(
                project.files,
                name,
                runefile=project.runefile,
                target=target,
                log=log,
                host_models=wanted.host_models,
                timed=wanted.timed,
                host_resources=wanted.host_resources,
                profile=wanted.profile,
            )
        except CompileError as error:
            if error.details:
                click.echo(error.details, err=True)
            raise failed(f"Unable to compile {name} for {target.name}", error) from error
        return Made(target, built.report, built.diagnostics, built.rune)


def _packaged(project: Project, wanted: Wanted, log: Callable[[Step], None]) -> Made:
    from rune.devices.packages.errors import (
        PackageRefused,  # it loads what runs a rune, which a build alone does not need
    )
    from rune.devices.packages.packaging import package

    try:
        found = package(
            project.files,
            wanted.name,
            wanted.target,
            runefile=project.runefile,
            log=log,
            host_models=wanted.host_models,
            host_resources=wanted.host_resources,
            profile=wanted.profile,
            rune_target=find_variant(RUNE_TARGET, wanted.target.optimized_for),
        )
    except PackageRefused as error:
        raise failed(f"Unable to make the package of {wanted.name} for {wanted.target.name}", error) from error
    return Made(wanted.target, found.report, found.diagnostics, found)


def run_tests(project: Project, *, verbose: bool) -> None:
    """Runs the tests of the project's own blocks, where there are any. Raises `BuildFailed` where one fails."""
    found = find_test_files(project.files)
    if not found:
        return
    from rune.compiler.block_tests.running import (
        run_block_tests,  # it loads what runs a rune, which a build alone does not need
    )

    try:
        report = run_block_tests(project.files, only=found)
    except CompileError as error:
        raise failed("Unable to compile the tests of the blocks", error) from error
    if verbose:
        click.echo(f"{'test':<8} {report.milliseconds:>7.1f} ms  {report}", err=True)
    if report.problems:
        raise BuildFailed(report.problems)
