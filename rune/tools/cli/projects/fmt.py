"""`rune fmt`: formats Runefiles, fills in output types, and converts the old text format to YAML."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language import Analysis, analyse
from rune.editing.language.apply import apply_edits
from rune.editing.language.format.formatting import FormatRefused, format_text
from rune.editing.language.graph.infer import infer_types
from rune.project.files import FolderFiles
from rune.source.runefile import DEFAULT_RUNEFILE, CheckedRunefile, Diagnostic, Severity
from rune.source.runefile.syntax import RunefileForm
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.files.allow_outside import allow_outside_option, allowed_folders
from rune.tools.cli.files.project import ProjectOnDisk, project_of, show_diagnostics
from rune.tools.cli.files.writing import write_file
from rune.tools.cli.projects.edited_files import EditedFiles, write_text
from rune.tools.cli.projects.fixing import require_folder
from rune.wording import counted, size_text

_STDIN = "-"
_TEXT_LIMIT = 1 << 20


@dataclass(frozen=True)
class FormattedRunefile:
    """A formatted Runefile. `target` is the path to write it to: another one for a Runefile that was not YAML."""

    project: ProjectOnDisk
    form: RunefileForm
    before: str
    after: str
    target: str

    @property
    def is_changed(self) -> bool:
        return self.after != self.before or self.target != self.project.runefile


@click.command()
@click.argument("runefiles", nargs=-1, type=click.Path(readable=False, allow_dash=True, path_type=Path))
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; list the files that need formatting, with status 1."
)
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
@click.option("--infer", is_flag=True, help="Also fill in output types, derived from models and blocks.")
@allow_outside_option
def command(runefiles: Sequence[Path], only_check: bool, diff: bool, infer: bool) -> None:
    """Format RUNEFILES, or the Runefile of the folder. Comments and the order of keys stay.

    `-` reads a Runefile from standard input and prints it. A Runefile in the text form of Rune's first months (FROM,
    CAPABILITY, RUN) becomes Runefile.yml; the old file is not deleted.
    """
    changed = 0
    for path in runefiles or (Path(),):
        if str(path) == _STDIN:
            formatted_runefile = _formatted_stdin(infer)
        else:
            project = project_of(path)
            require_folder(project)
            formatted_runefile = _format(project, infer)
        changed += formatted_runefile.is_changed
        if diff:
            click.echo(_difference(formatted_runefile), nl=False)
        elif only_check:
            if formatted_runefile.is_changed:
                click.echo(_name(path, formatted_runefile))
        elif str(path) == _STDIN:
            click.echo(formatted_runefile.after, nl=False)
        elif formatted_runefile.is_changed:
            _write(formatted_runefile, _name(path, formatted_runefile))
    if only_check and changed:
        click.echo(f"{counted(changed, 'Runefile')} to format", err=True)
        sys.exit(1)


def _formatted_stdin(infer: bool) -> FormattedRunefile:
    """A text from standard input, in the project of this folder."""
    data = sys.stdin.buffer.read(_TEXT_LIMIT + 1)
    if len(data) > _TEXT_LIMIT:
        raise CommandFailed(f"A Runefile has at most {size_text(_TEXT_LIMIT)}")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CommandFailed(f"Standard input is not UTF-8 text: byte {error.start} does not fit") from error
    folder = Path.cwd()
    files = EditedFiles(FolderFiles(folder, others=allowed_folders(folder)), {DEFAULT_RUNEFILE: text})
    return _format(ProjectOnDisk(files, DEFAULT_RUNEFILE, folder, folder.name), infer)


def _format(project: ProjectOnDisk, infer: bool) -> FormattedRunefile:
    """Ends the command and draws the problems, for a text that cannot be formatted."""
    analysis = analyse(project.files, PUBLISHED_BLOCKS, runefile=project.runefile)
    before = analysis.source.text
    form = analysis.checked_runefile.syntax.form
    text = _edited_text(project, analysis, infer=False)
    if infer:
        files = EditedFiles(project.files, {project.runefile: text})
        text = _edited_text(project, analyse(files, PUBLISHED_BLOCKS, runefile=project.runefile), infer=True)
    return FormattedRunefile(
        project, form, before, text, _target(project.runefile) if form is RunefileForm.TEXT else project.runefile
    )


def _edited_text(project: ProjectOnDisk, analysis: Analysis, *, infer: bool) -> str:
    checked_runefile = analysis.checked_runefile
    if not analysis.source.text and checked_runefile.has_errors:
        show_diagnostics(_errors(checked_runefile), project.files)
        raise CommandFailed(f"{project.runefile} was not changed: nothing in it can be read")
    try:
        edits = infer_types(analysis) if infer else format_text(analysis)
    except FormatRefused as refusal:
        show_diagnostics(_errors(checked_runefile), project.files)
        raise CommandFailed(f"{project.runefile} was not changed", (refusal.reason,)) from refusal
    return apply_edits(analysis.source.text, edits)


def _errors(checked_runefile: CheckedRunefile) -> tuple[Diagnostic, ...]:
    return tuple(each for each in checked_runefile.diagnostics if each.severity is Severity.ERROR)


def _target(runefile: str) -> str:
    """Returns where the YAML of a text Runefile goes: beside it under the name that everything looks for first."""
    folder, slash, name = runefile.rpartition("/")
    if name.endswith((".yml", ".yaml")):
        return runefile
    stem = "Runefile" if name == "Runefile" else name.removesuffix(".txt")
    return f"{folder}{slash}{stem}.yml"


def _write(formatted_runefile: FormattedRunefile, name: str) -> None:
    project = formatted_runefile.project
    assert project.folder is not None  # noqa: S101 (it was required)
    if formatted_runefile.target != project.runefile:
        new = project.folder / formatted_runefile.target
        if new.exists():
            raise CommandFailed(f'"{new}" exists already; move it away, then {name} can be converted to it')
        write_file(new, formatted_runefile.after.encode())
        click.echo(
            f"{name} is in the old text format and was converted to {formatted_runefile.target}. "
            "The old file stays, but is no longer read."
        )
        return
    if formatted_runefile.form is RunefileForm.TEXT:
        backup = project.folder / f"{project.runefile}.old"
        if backup.exists():
            raise CommandFailed(
                f'"{backup}" exists already; move it away, then the old text of {name} can be kept there'
            )
        write_file(backup, formatted_runefile.before.encode())
    write_text(project.files, project.folder, project.runefile, formatted_runefile.before, formatted_runefile.after)
    note = f"; its old text is kept in {backup.name}" if formatted_runefile.form is RunefileForm.TEXT else ""
    click.echo(f"Formatted {name}{note}")


def _difference(formatted_runefile: FormattedRunefile) -> str:
    lines = difflib.unified_diff(
        formatted_runefile.before.splitlines(keepends=True),
        formatted_runefile.after.splitlines(keepends=True),
        formatted_runefile.project.runefile,
        formatted_runefile.target,
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _name(path: Path, formatted_runefile: FormattedRunefile) -> str:
    """The path from the command line, or the Runefile in that folder."""
    if str(path) == _STDIN:
        return "standard input"
    return str(path / formatted_runefile.project.runefile) if path.is_dir() else str(path)
