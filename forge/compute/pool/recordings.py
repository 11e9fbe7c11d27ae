"""Reading what people send as recordings, in isolated processes: the server's own never looks into these bytes."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from forge.compute.child.job_file import JobFile
from forge.compute.pool.language import CompilerPool
from forge.compute.scheduler.slots import Party
from forge.core.http.asgi.lifespan import server_stopping

MOST_WAITING = 64
"""Recordings of one organisation that may wait, such as those of a class with phones."""
RECORDING_SECONDS = 10.0
"""Time for one recording, which takes some milliseconds."""
ARCHIVE_SECONDS = 120.0
ARCHIVE_BYTES = 400 * 1024**2
"""Bytes of all recordings of one archive. The process may write files of 512 MB."""


class RecordingReaders:
    """Isolated processes that read recordings. With an answer that has `refused` or `error`, no bytes are written."""

    def __init__(self) -> None:
        self._pool = CompilerPool(most_waiting=MOST_WAITING, waiting="recordings")

    def read(self, organisation: UUID, sent_file: IO[bytes], content_file: IO[bytes]) -> dict[str, Any]:
        """Reads the recording `sent_file`, writes the bytes to be stored into `content_file`, and returns their facts
        (`RecordingFactsJson`). Raises `TooManyQuestions` and `LanguageBusy`."""
        return self._ask(organisation, {"op": "read-recording"}, sent_file, content_file, RECORDING_SECONDS)

    def read_archive(
        self, organisation: UUID, sent_file: IO[bytes], content_file: IO[bytes], most: int
    ) -> dict[str, Any]:
        """Does the same with the recordings of an archive of at most `most` files (`LabelledArchiveJson`)."""
        job = {"op": "read-labelled", "most": most, "bytes": ARCHIVE_BYTES}
        return self._ask(organisation, job, sent_file, content_file, ARCHIVE_SECONDS)

    def close(self) -> None:
        """Ends the processes; the next recording starts another."""
        self._pool.close()

    def _ask(
        self, organisation: UUID, job: dict[str, Any], sent_file: IO[bytes], content_file: IO[bytes], seconds: float
    ) -> dict[str, Any]:
        files = {"sent": JobFile("", descriptor=sent_file.fileno())}
        take = partial(_copy, content_file)
        return self._pool.ask(Party(organisation), job, {}, {}, seconds=seconds, beside=files, take=take)


def _copy(target: IO[bytes], output: Path) -> None:
    with output.open("rb") as source:
        shutil.copyfileobj(source, target)


recording_readers = RecordingReaders()
"""This process's."""
server_stopping.register(recording_readers.close)
