"""A project of which some files have another text than on disk, and writing such texts back without losing any."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rune.project.files import FileError, ProjectFiles, normal_path
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.files.writing import write_file

_MARK = "\ufeff"
"""The mark that some editors write in front of a text; it belongs to none."""


class EditedFiles:
    """The files of a project, with `texts` in place of what these paths have there."""

    def __init__(self, files: ProjectFiles, texts: Mapping[str, str]) -> None:
        self._files = files
        self._texts = {normal_path(path): text for path, text in texts.items()}

    def read(self, path: str) -> bytes:
        text = self._texts.get(normal_path(path))
        return self._files.read(path) if text is None else text.encode()

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted({*self._files.paths(), *self._texts}))


def write_text(files: ProjectFiles, folder: Path, path: str, before: str, text: str) -> None:
    """Writes a project's file, if its text still is `before`. Ends the command when it is not, or when it cannot."""
    try:
        now = files.read(path)
    except FileError as error:
        raise CommandFailed(f'Unable to write "{folder / path}"', (error.reason,)) from error
    if now.decode("utf-8", "replace").removeprefix(_MARK) != before.removeprefix(_MARK):
        raise CommandFailed(f'"{folder / path}" was changed by something else at the same time; nothing was written')
    write_file(folder / path, text.encode())
