"""`rune check`: lists all problems of a project's Runefile and its forge.yml, and fixes the Runefile's with `--fix`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.project.files import ProjectFiles
from rune.source.policy import check_policy
from rune.source.policy.model_files import check_models
from rune.source.runefile import (
    Diagnostic,
    Outline,
    Position,
    Severity,
    Span,
    check,
    diagnostic_to_json,
    outline_to_json,
)
from rune.source.runefile.codes import Code
from rune.tools.cli.building.target_option import target_option
from rune.tools.cli.failure import CommandFailed, causes_of
from rune.tools.cli.files.allow_outside import allow_outside_option
from rune.tools.cli.files.input_file import ANY_PATH
from rune.tools.cli.files.project import ProjectOnDisk, project_of, show_diagnostics
from rune.tools.cli.projects.edited_files import write_text
from rune.tools.cli.projects.fixing import FixedProject, fix_project, require_folder
from rune.tools.cli.terminal.printing import format_option, print_json
from rune.wording import counted, plain


@click.command(name="check")
@click.argument("runefile", type=ANY_PATH, default=Path())
@click.option("--fix", is_flag=True, help="Apply the safe fixes, and list the remaining problems.")
@format_option()
@click.option(
    "--colour", "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to use colours."
)
@target_option("A target of `rune build` that the project has to be built for.")
@allow_outside_option
def command(runefile: Path, fix: bool, form: str, colour: str, target_names: Sequence[str]) -> None:
    """Check RUNEFILE, or the Runefile of a folder or inside of a zune, and the forge.yml beside it, and explain what is
    wrong, also where only a build for TARGET would refuse it: a model that contradicts itself, too much memory, or what
    the target lacks. No code is compiled. Model files that the forge.yml says how to convert are compared with their
    sources.

    The exit status is 1 when there is an error; warnings alone leave it 0. --fix writes the Runefile with all safe
    fixes ("help" describes them). A "suggestion", such as a similar name, is a guess and is left to you. The status
    is that of the remaining problems. What stages keep from one run to the next is listed, with what a gap in the input
    or a restart does to it.
    """
    try:
        project = project_of(runefile)
    except (CommandFailed, OSError) as error:
        if form == "text":
            raise
        print_json(_unreadable(runefile, error))
        sys.exit(1)
    # The compiler's operators and NumPy take as long to load as all the rest: not for `--help`.
    from rune.compiler.building.models import ProjectModels
    from rune.tools.cli.building.chosen_targets import named_targets
    from rune.tools.cli.projects.build_refusals import diagnostics_for

    targets = named_targets(target_names)
    signatures = ProjectModels(project.files).signature
    checked_runefile = check(project.files, PUBLISHED_BLOCKS, runefile=project.runefile, signatures=signatures)
    files: ProjectFiles = project.files
    fixed_diagnostics: tuple[Diagnostic, ...] = ()
    if fix:
        require_folder(project)
        result = fix_project(project, checked_runefile, signatures)
        _write(project, result)
        checked_runefile, files, fixed_diagnostics = result.checked_runefile, result.files, result.fixed_diagnostics
    policy = check_policy(files)
    refusals = diagnostics_for(targets, replace(project, files=files), checked_runefile, policy.policy)
    problems = (*refusals, *policy.diagnostics, *check_models(files, policy.models))
    if form == "json":
        answer = {
            "diagnostics": [diagnostic_to_json(diagnostic) for diagnostic in problems],
            "outline": outline_to_json(checked_runefile.outline),
        }
        print_json(
            answer | ({"fixed": [diagnostic_to_json(diagnostic) for diagnostic in fixed_diagnostics]} if fix else {})
        )
    else:
        show_diagnostics(problems, files, colour)
        for diagnostic in fixed_diagnostics:
            click.echo(f"Fixed line {diagnostic.span.start.line}: {plain(diagnostic.fixes[0].title, 200)}")
        guesses = sum(bool(diagnostic.fixes) for diagnostic in problems)
        if fix and guesses:
            click.echo(f"Not fixed: {counted(guesses, 'problem')} with a suggestion, which --fix does not apply")
        for node in checked_runefile.outline.nodes:
            for state in node.state:
                click.echo(f"{plain(node.name)} {state}")
        click.echo(_summary(checked_runefile.outline, problems))
    sys.exit(1 if any(each.severity is Severity.ERROR for each in problems) else 0)


def _unreadable(path: Path, error: Exception) -> dict[str, object]:
    """The JSON answer for a project that cannot be read."""
    start = Position(0, 1, 1)
    reasons = (error.message, *error.causes) if isinstance(error, CommandFailed) else causes_of(error)
    diagnostic = Diagnostic(
        Severity.ERROR, Code.RUNEFILE_MISSING.value, reasons[0], str(path), Span(start, start), reasons[1:]
    )
    return {"diagnostics": [diagnostic_to_json(diagnostic)], "outline": outline_to_json(Outline((), ()))}


def _write(project: ProjectOnDisk, result: FixedProject) -> None:
    assert project.folder is not None  # noqa: S101 (it was required)
    for path, (before, after) in result.texts.items():
        write_text(project.files, project.folder, path, before, after)


def _summary(outline: Outline, problems: Sequence[Diagnostic]) -> str:
    stages = counted(len(outline.nodes), "stage")
    errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in problems)
    warnings = len(problems) - errors
    return f"{stages}, {counted(errors, 'error')}, {counted(warnings, 'warning')}"
