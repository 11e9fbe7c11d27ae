"""Reads a file that the command line names."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Final

import click

from rune.tools.cli.failure import CommandFailed
from rune.wording import size_text

SIZE_LIMIT: Final = 256 << 20
"""Bytes that a command reads into memory."""

ANY_PATH: Final = click.Path(readable=False, path_type=Path)
"""A file or a folder. Reading it decides whether it can be read: failure gives status 1 and not 2."""


def resolved(path: Path) -> Path:
    """The path without links, whether it is there or not. Raises `OSError` for links that lead back to themselves."""
    try:
        return path.resolve()
    except RuntimeError as error:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from error


def read_input_file(path: Path) -> bytes:
    """The bytes of a file. Ends the command with a reason in one sentence where it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise CommandFailed(f'Unable to read "{path}": {error.strerror or error}') from error
    if len(data) > SIZE_LIMIT:
        raise CommandFailed(f'Unable to read "{path}": it is larger than the limit of {size_text(SIZE_LIMIT)}')
    return data
