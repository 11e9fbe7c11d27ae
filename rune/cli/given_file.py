"""Reading a file that was named on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rune.cli.failure import CommandFailed

SIZE_LIMIT: Final = 1 << 30
"""Bytes that a command reads into memory."""


def read_given_file(path: Path) -> bytes:
    """The bytes of a file; a reason in one sentence when there are none, which ends the command."""
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise CommandFailed(f'Unable to read "{path}": it has more than {SIZE_LIMIT} bytes')
        return path.read_bytes()
    except OSError as error:
        raise CommandFailed(f'Unable to read "{path}": {error.strerror or error}') from error
