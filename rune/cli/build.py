"""`rune build`: a project's Runefile becomes `<name>.rune` in its folder. Silent when all is well, as it always was."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from rune.anvil import CompileError
from rune.build import BuildFailed, BuildResult, Step, build
from rune.cli.failure import failed
from rune.cli.progress import progress
from rune.cli.project import Project, project_of, show_diagnostics
from rune.cli.settings import settings
from rune.cli.writing import write_file
from rune.runefile import Severity

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(name="build")
@click.argument("runefile", default=Path(), type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), help="Where to write the rune."
)
@click.option(
    "-c",
    "--current-dir",
    envvar="CURRENT_DIR",
    type=_FOLDER,
    help="The folder that paths start from. By default the Runefile's.",
)
@click.option("-n", "--name", help="The rune's name. By default the folder's. What follows its last dot is cut off.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Print each step with its time, and the memory needed.")
@click.option(
    "--cache-dir",
    envvar="CACHE_DIR",
    type=click.Path(path_type=Path),
    help="Accepted for old scripts; nothing is cached between builds.",
)
@click.option("--debug", is_flag=True, help="Accepted for old scripts; a rune is always compiled with optimisation.")
def command(
    runefile: Path,
    output: Path | None,
    current_dir: Path | None,
    name: str | None,
    quiet: bool,
    verbose: bool,
    cache_dir: Path | None,  # noqa: ARG001 (accepted, as its help says)
    debug: bool,  # noqa: ARG001 (the same)
) -> None:
    """Build RUNEFILE, or the Runefile of a folder, into a rune.

    The rune is written to NAME.rune in the folder that paths start from. The same files and the same name give the same
    bytes, wherever they lie. Nothing is printed when all is well.
    """
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other")
    project = project_of(runefile, current_dir)
    rune_name = _checked_name(name or project.name)
    target = output or (project.folder or Path()) / f"{_without_extension(rune_name)}.rune"
    result = _built(project, rune_name, hidden=quiet, verbose=verbose or (not quiet and settings().logs("INFO")))
    if not quiet:
        show_diagnostics(result.diagnostics, project.files)
    write_file(target, result.rune)
    if verbose:
        _summary(result, target)


def _checked_name(name: str) -> str:
    if "/" in name or "\\" in name or not name.isprintable() or not name.strip(". "):
        raise click.BadParameter(
            f"{name!r} cannot be the name of a rune; where it is written is chosen with --output", param_hint="--name"
        )
    return name


def _without_extension(name: str) -> str:
    """`foo` of `foo.bar`, as the old command named files; `.foo` stays."""
    return Path(name).stem


def _built(project: Project, name: str, *, hidden: bool, verbose: bool) -> BuildResult:
    """Builds, and ends the command where that fails."""
    with progress(f"Building {name}", hidden=hidden) as shown:

        def log(step: Step) -> None:
            if shown is not None:
                shown.text = f"Building {name}: {step.step} took {step.milliseconds:.0f} ms"
            if verbose:
                click.echo(f"{step.step:<8} {step.milliseconds:>7.1f} ms  {step.text}", err=True)

        try:
            return build(project.files, name, runefile=project.runefile, log=log)
        except BuildFailed as failure:
            refused = failure
        except CompileError as error:
            if error.details:
                click.echo(error.details, err=True)
            raise failed(f"Unable to compile {name}", error) from error
    show_diagnostics(refused.diagnostics, project.files)
    count = sum(diagnostic.severity is Severity.ERROR for diagnostic in refused.diagnostics)
    summary = "There was a build error" if count == 1 else f"There were {count} build errors"
    click.echo(f"Error: {summary}", err=True)
    sys.exit(1)


def _summary(result: BuildResult, target: Path) -> None:
    memory = result.report.memory
    click.echo(f"{target}: {result.report.size:,} bytes", err=True)
    click.echo(
        f"memory: {memory.arena:,} bytes for the pipeline, {memory.serial:,} for messages, "
        f"{memory.constants:,} of constants",
        err=True,
    )
