"""What commands that read a Runefile share: which file is meant, and drawing what is wrong with it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from rune.files import FileError, ProjectFiles
from rune.runefile import DEFAULT_RUNEFILE, Diagnostic, draw


def runefile_of(path: Path) -> Path:
    """A Runefile that was named, or the one in a folder that was named."""
    return path / DEFAULT_RUNEFILE if path.is_dir() else path


def show_diagnostics(diagnostics: Sequence[Diagnostic], files: ProjectFiles, colour: str = "auto") -> None:
    """Draws them on standard error. `colour` is `auto`, `always` or `never`."""
    with_colour = colour == "always" or (colour == "auto" and sys.stderr.isatty() and "NO_COLOR" not in os.environ)
    sources = {path: _text(files, path) for path in {diagnostic.file for diagnostic in diagnostics}}
    click.echo(draw(tuple(diagnostics), sources, with_colour), err=True, nl=False, color=with_colour)


def _text(files: ProjectFiles, path: str) -> str:
    try:
        return files.read(path).decode("utf-8", "replace")
    except FileError:
        return ""
