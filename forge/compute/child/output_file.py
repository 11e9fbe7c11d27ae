"""The file of what a job makes, on the server's disk. Every other file that a job writes is in its own folder."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from rune.no_room import is_out_of_room


class OutputDiskFull(Exception):
    """The server's disk has no room for what the job makes. No `OSError`: a step takes those for broken files."""


class _OutputFile(io.FileIO):
    """An open file that names a full disk."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError as error:
            if is_out_of_room(error):
                raise OutputDiskFull from error
            raise


@contextmanager
def emptied_output(output: int) -> Iterator[IO[bytes]]:
    """Yields the output, empty, as a file to be written from its beginning. Raises `OutputDiskFull`."""
    with io.BufferedRandom(_OutputFile(os.dup(output), "r+b")) as target:
        target.seek(0)
        target.truncate()
        yield target


def write_output(output: int, data: bytes) -> None:
    """Puts what was made into the output. Raises `OutputDiskFull`."""
    with emptied_output(output) as target:
        target.write(data)
