"""Verifying packages and firmware: they are compared with what their project builds, to the byte."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from rune.compiler.anvil.errors import CompileError
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.project.files import FileError
from rune.source.runefile import Severity
from rune.tools.cli.failure import NOT_PROVEN, CommandFailed, command_failure
from rune.tools.cli.files.input_file import read_input_file
from rune.tools.cli.files.policy import preferred_profile, require_policy
from rune.tools.cli.files.project import project_of, show_diagnostics
from rune.tools.cli.settings import settings
from rune.tools.cli.terminal.printing import print_json
from rune.tools.cli.terminal.progress import progress
from rune.wording import counted

_PACKAGE_KINDS = {b"PK": "package", b"UF2\n": "firmware"}
"""The kinds of files, by their first bytes."""


def package_kind(data: bytes) -> str | None:
    """`package` for a zip archive, `firmware` for a UF2 file."""
    return next((kind for start, kind in _PACKAGE_KINDS.items() if data.startswith(start)), None)


def verify_package(subject: Path, kind: str, source: Path | None, match: str | None, *, is_json: bool) -> None:
    """Compares a package or firmware with what the project builds, prints the result, and ends the command."""
    from rune.devices.packages.errors import PackageRefused  # the module loads what builds packages
    from rune.devices.packages.rebuild import PackageState, UnreadablePackage, compare_firmware, compare_package

    if source is None:
        raise click.UsageError(f"a {kind} is compared with what its project builds: give it with --project")
    project = project_of(source)
    profile = preferred_profile(match, require_policy(project.files, is_json=is_json))
    options = BuildOptions(project.name, runefile=project.runefile, profile=profile)
    data = read_input_file(subject)
    try:
        with progress(f"Verifying {subject.resolve().name}"):
            compare = compare_firmware if kind == "firmware" else compare_package
            comparison = compare(project.files, data, options)
    except BuildFailed as failure:
        show_diagnostics(failure.diagnostics, project.files)
        count = sum(diagnostic.severity is Severity.ERROR for diagnostic in failure.diagnostics)
        raise CommandFailed(f"{project.name} has {counted(count, 'error')}") from failure
    except (CompileError, FileError, PackageRefused, UnreadablePackage) as error:
        raise command_failure(f"Unable to verify {subject.name}", error) from error
    if is_json:
        print_json(comparison.to_json())
    else:
        colours = {PackageState.IDENTICAL: "green", PackageState.OTHER_TOOLCHAIN: "yellow"}
        sentence = click.style(comparison.sentence(), fg=colours.get(comparison.state, "red"))
        click.echo(sentence, color=settings().colours(sys.stdout))
        click.echo("".join(f"  {each}\n" for each in comparison.differences), nl=False)
    statuses = {PackageState.IDENTICAL: 0, PackageState.OTHER_TOOLCHAIN: NOT_PROVEN}
    sys.exit(statuses.get(comparison.state, 1))
