"""Shared parts of commands that read a Runefile: locating the project, and showing its diagnostics."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from rune.project.files import FileError, FolderFiles, ProjectFiles, normal_path
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.running.container import ContainerError, Zune, is_zune, read_zune
from rune.source.runefile import Diagnostic, draw
from rune.source.runefile.blocks.lock import read_lock
from rune.source.runefile.find import runefile_in
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.files.allow_outside import allowed_folders
from rune.tools.cli.files.input_file import read_input_file, resolved
from rune.tools.cli.settings import settings

WASM_MAGIC = b"\0asm"
"""The first bytes of every WebAssembly module."""


@dataclass(frozen=True)
class ProjectOnDisk:
    """A project on disk. `runefile` is the Runefile's path inside; `folder` is None for one that is inside a zune."""

    files: ProjectFiles
    runefile: str
    folder: Path | None
    name: str


def project_of(path: Path, current_dir: Path | None = None) -> ProjectOnDisk:
    """The project of a Runefile, of a folder, or inside of a zune.

    `current_dir` is the folder that paths start from, by default the Runefile's own.
    """
    head = _head(path) if path.is_file() else b""
    if is_zune(head):
        return _zune_project(path)
    if head == WASM_MAGIC:
        raise CommandFailed(
            f'"{path}" is a rune, not a project: name the folder or the Runefile that it was built from '
            "(`rune inspect` shows what a rune contains)"
        )
    if path.is_dir():
        folder = resolved(current_dir or path)
        path = path / runefile_in(FolderFiles(path, others=allowed_folders(path)))
    else:
        folder = resolved(current_dir or path.parent)
    try:
        inside = normal_path((resolved(path.parent) / path.name).relative_to(folder).as_posix())
    except ValueError:
        raise click.UsageError(f"{path} does not lie in {folder}; choose --current-dir so that it does") from None
    except FileError as error:
        raise CommandFailed(f'"{path}" cannot be a Runefile', (error.reason,)) from error
    files = _with_blocks(FolderFiles(folder, others=allowed_folders(folder)))
    return ProjectOnDisk(files, inside, folder, folder.name or "rune")


def _with_blocks(files: FolderFiles) -> ProjectFiles:
    """The files with the blocks of other projects that a lock names."""
    if not read_lock(files).digests:
        return files
    from rune.tools.cli.files.fetched_blocks import (
        with_fetched_blocks,  # the network takes a while to load, and few need it
    )

    return with_fetched_blocks(files)


class _ZuneFiles:
    """A zune as a project, in which whatever is broken is a file that cannot be read."""

    def __init__(self, zune: Zune) -> None:
        self._zune = zune

    def read(self, path: str) -> bytes:
        try:
            return self._zune.read(path)
        except ContainerError as error:
            raise FileError(path, str(error)) from error

    def paths(self) -> tuple[str, ...]:
        return self._zune.paths()


def _zune_project(path: Path) -> ProjectOnDisk:
    try:
        zune = read_zune(read_input_file(path))
    except ContainerError as error:
        raise CommandFailed(f'Unable to read "{path}"', (str(error),)) from error
    return ProjectOnDisk(_ZuneFiles(zune), DEFAULT_RUNEFILE, None, path.stem)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4)
    except OSError:
        return b""  # Reading the whole file reports the reason.


def show_diagnostics(diagnostics: Sequence[Diagnostic], files: ProjectFiles, colour: str = "auto") -> None:
    """Draws them on standard error. `colour` is `auto`, `always` or `never`, and `auto` what the whole command has."""
    with_colour = colour == "always" or (colour == "auto" and settings().colours(sys.stderr))
    sources = {path: _text(files, path) for path in {diagnostic.file for diagnostic in diagnostics}}
    click.echo(draw(tuple(diagnostics), sources, with_colour), err=True, nl=False, color=with_colour)


def _text(files: ProjectFiles, path: str) -> str:
    """The text of a file; "" for one that cannot be read, and for one that is not a text, which no line is shown of."""
    try:
        data = files.read(path)
    except FileError:
        return ""
    return "" if b"\0" in data else data.decode("utf-8", "replace")
