"""Running a rune on one input in the compiler's process. Imports `rune` and never Django."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.compute.child.job_files import JobFiles
from rune.running.runs.file_run import InputBytes, run_on_file
from rune.running.runtime.errors import RuneError

RUNE, INPUT = "run/rune", "run/input"
"""The paths of the rune and of its input among the files of the job; without an input it is generated."""


def answer_file_run(job: Mapping[str, Any], files: JobFiles) -> dict[str, Any]:
    """Returns what a rune sends on the file `INPUT`, if the job says that there is one, which `name`s it for messages;
    or why it is `refused`."""
    file = InputBytes(job["name"], files.read(INPUT), is_table=job["is_table"]) if job["has_input"] else None
    try:
        return dict(run_on_file(files.read(RUNE), file, _no_report))
    except RuneError as error:
        return {"refused": str(error)}


def _no_report(_: int) -> None:
    """Says nothing: the process that asks counts the seconds."""
