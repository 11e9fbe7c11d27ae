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

RECORDING_SECONDS = 10.0
"""Time for one recording, which takes some milliseconds."""
ARCHIVE_SECONDS = 120.0
ARCHIVE_BYTES = 400 * 1024**2
"""Bytes of all recordings of one archive. The process may write files of 512 MB."""


class RecordingReaders(CompilerPool):
    """Processes that read recordings of an organisation. Answers with `refused` or `error` come without bytes."""

    most_waiting = 64
    """Phones of one organisation that record at the same time."""

    def read(self, organisation: UUID, sent: IO[bytes], stored: IO[bytes]) -> dict[str, Any]:
        """Writes what is stored of a recording into `stored`, and returns its facts (`RecordingFactsJson`). Raises
        `TooManyQuestions` and `LanguageBusy`."""
        return self._read(organisation, {"op": "read-recording"}, sent, stored, RECORDING_SECONDS)

    def read_archive(self, organisation: UUID, sent: IO[bytes], stored: IO[bytes], most: int) -> dict[str, Any]:
        """Does the same with the recordings of an archive of at most so many files (`LabelledArchiveJson`)."""
        job = {"op": "read-labelled", "most": most, "bytes": ARCHIVE_BYTES}
        return self._read(organisation, job, sent, stored, ARCHIVE_SECONDS)

    def _read(
        self, organisation: UUID, job: dict[str, Any], sent: IO[bytes], stored: IO[bytes], seconds: float
    ) -> dict[str, Any]:
        sent.flush()
        beside = {"sent": JobFile("", descriptor=sent.fileno())}
        return self._run(Party(organisation), job, {}, {}, seconds=seconds, beside=beside, take=partial(_copy, stored))


def _copy(target: IO[bytes], output: Path) -> None:
    with output.open("rb") as source:
        shutil.copyfileobj(source, target)


recording_readers = RecordingReaders()
"""This process's."""
server_stopping.register(recording_readers.close)
