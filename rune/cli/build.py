"""`rune build`: a project's Runefile becomes `<name>.rune` in its folder. Silent when all is well, as it always was."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from rune.anvil import CompileError
from rune.build import BuildFailed, BuildResult, Step, build
from rune.cli.given_runefile import runefile_of, show_diagnostics
from rune.files import FolderFiles
from rune.runefile import DEFAULT_RUNEFILE, Severity

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(name="build")
@click.argument("runefile", default=DEFAULT_RUNEFILE, type=click.Path(exists=True, path_type=Path))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the rune.")
@click.option(
    "-c", "--current-dir", envvar="CURRENT_DIR", type=_FOLDER, help="The folder that paths start from: the Runefile's."
)
@click.option("-n", "--name", help="The rune's name. By default the folder's.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Print each step with its time, and the memory needed.")
def command(
    runefile: Path, output: Path | None, current_dir: Path | None, name: str | None, quiet: bool, verbose: bool
) -> None:
    """Build RUNEFILE, or the Runefile.yml of a folder, into a rune."""
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other")
    runefile = runefile_of(runefile)
    folder = (current_dir or runefile.parent).resolve()
    try:
        inside = runefile.resolve().relative_to(folder).as_posix()
    except ValueError:
        raise click.UsageError(f"{runefile} does not lie in {folder}; choose --current-dir so that it does") from None
    rune_name = name or folder.name or "rune"
    files = FolderFiles(folder)

    def show(step: Step) -> None:
        if verbose:
            click.echo(f"{step.step:<8} {step.milliseconds:>7.1f} ms  {step.text}", err=True)

    try:
        result = build(files, rune_name, runefile=inside, log=show)
    except BuildFailed as failure:
        show_diagnostics(failure.diagnostics, files)
        count = sum(diagnostic.severity is Severity.ERROR for diagnostic in failure.diagnostics)
        summary = "There was a build error" if count == 1 else f"There were {count} build errors"
        click.echo(f"Error: {summary}", err=True)
        sys.exit(1)
    except CompileError as error:
        if error.details:
            click.echo(error.details, err=True)
        raise click.ClickException(str(error)) from None
    if not quiet:
        show_diagnostics(result.diagnostics, files)
    target = output or (folder / rune_name).with_suffix(".rune")
    try:
        target.write_bytes(result.rune)
    except OSError as error:
        raise click.ClickException(f"Unable to write {target}: {error.strerror or error}") from None
    if verbose:
        _summary(result, target)


def _summary(result: BuildResult, target: Path) -> None:
    memory = result.report.memory
    click.echo(f"{target}: {result.report.size:,} bytes", err=True)
    click.echo(
        f"memory: {memory.arena:,} bytes for the pipeline, {memory.serial:,} for messages, "
        f"{memory.constants:,} of constants",
        err=True,
    )
