"""`rune check`: says everything that is wrong with a project's Runefile. It builds nothing and runs nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from rune.cli.printing import format_option, print_json
from rune.cli.project import project_of, show_diagnostics
from rune.runefile import Checked, Severity, check, diagnostic_to_json, outline_to_json
from rune.wording import counted


@click.command(name="check")
@click.argument("runefile", type=click.Path(path_type=Path), default=Path())
@format_option()
@click.option(
    "--colour", "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to use colours."
)
def command(runefile: Path, form: str, colour: str) -> None:
    """Check RUNEFILE, or the Runefile of a folder or inside of a zune, and explain what is wrong.

    The exit status is 1 when there is an error. Warnings alone leave it 0.
    """
    project = project_of(runefile)
    checked = check(project.files, runefile=project.runefile)
    if form == "json":
        answer = {
            "diagnostics": [diagnostic_to_json(diagnostic) for diagnostic in checked.diagnostics],
            "outline": outline_to_json(checked.outline),
        }
        print_json(answer)
    else:
        show_diagnostics(checked.diagnostics, project.files, colour)
        click.echo(_summary(checked))
    sys.exit(1 if checked.has_errors else 0)


def _summary(checked: Checked) -> str:
    stages = counted(len(checked.outline.nodes), "stage")
    errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in checked.diagnostics)
    warnings = len(checked.diagnostics) - errors
    return f"{stages}, {counted(errors, 'error')}, {counted(warnings, 'warning')}"
