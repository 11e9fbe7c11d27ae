"""Starting, limiting and ending the processes in which strangers' Git repositories are read. Knows no project.

What such a process answers is not trusted: a repository may have taken it over.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import forge
from forge.core.errors import DiskFull, TooOften
from forge.core.json_shape import has_shape
from forge.projects.errors import GitRefused
from forge.projects.git.job_answer import NO_ROOM_STATUS

TIMEOUT_SECONDS = 60
"""How long one of them may take with all of it."""
ANSWER_LIMIT: Final = 64 << 20
"""Bytes of an answer; the longest honest one lists the files that each of 1,000 commits changed."""
MAX_PROCESSES = 2
_slots = threading.BoundedSemaphore(MAX_PROCESSES)
_UNREADABLE = "The process that read this repository gave no answer that can be used. Nothing was changed here."

Answer = TypeVar("Answer")


TICK_SECONDS = 0.5
"""How often a caller hears that its process still runs."""


def keep_waiting() -> None:
    """Nothing but its time ends a process."""


def run_child(
    module: str, job: Mapping[str, Any], folder: Path, shape: type[Answer], tick: Callable[[], None] = keep_waiting
) -> Answer:
    """Returns what a module of this package answers to a job. It works in a folder, without the server's secrets.

    `tick` is called while it runs, and what it raises ends the process. Raises `GitRefused`, also for an answer that is
    not of `shape`, a `TypedDict`, `TooOften`, and `DiskFull` where the server's disk is full.
    """
    if not _slots.acquire(blocking=False):
        raise TooOften("Other repositories are being read or written just now. Try again in a minute.", TIMEOUT_SECONDS)
    try:
        code, data = _run(module, json.dumps(job).encode(), folder, tick)
    finally:
        _slots.release()
    if code == NO_ROOM_STATUS:
        raise DiskFull
    if code != 0:
        raise GitRefused(
            "This repository needs more memory, time or storage than is allowed. Nothing was changed here."
        )
    return read_answer(data, shape)


def _run(module: str, job: bytes, folder: Path, tick: Callable[[], None]) -> tuple[int, bytes]:
    packages = str(Path(forge.__file__).resolve().parent.parent)
    environment = {"PATH": os.defpath, "PYTHONPATH": packages, "HOME": str(folder), "TMPDIR": str(folder)}
    end = time.monotonic() + TIMEOUT_SECONDS
    with tempfile.TemporaryFile(dir=folder) as question, tempfile.TemporaryFile(dir=folder) as output:
        question.write(job)
        question.seek(0)
        with subprocess.Popen(
            _command(module), stdin=question, stdout=output, stderr=subprocess.DEVNULL, cwd=folder, env=environment
        ) as process:
            try:
                while (code := _code_of(process)) is None:
                    tick()
                    if time.monotonic() > end:
                        raise GitRefused(
                            f"Reading it took longer than {TIMEOUT_SECONDS} seconds. Nothing was changed here."
                        )
            except BaseException:
                process.kill()
                raise
        output.seek(0)
        return code, output.read(ANSWER_LIMIT + 1)


def _code_of(process: subprocess.Popen[bytes]) -> int | None:
    """The status with which a process ended; None where it still runs after a moment."""
    try:
        return process.wait(TICK_SECONDS)
    except subprocess.TimeoutExpired:
        return None


def read_answer(data: bytes, shape: type[Answer]) -> Answer:
    """Returns an answer of this shape. Raises `GitRefused` with the process's sentence, and for anything else."""
    if len(data) > ANSWER_LIMIT:
        raise GitRefused(_UNREADABLE)
    try:
        text = data.decode()
        answer = json.loads(text)
        # A text with half of a surrogate pair, or with a NUL, is no text for a database or a page.
        is_text = r"\u0000" not in text and bool(json.dumps(answer, ensure_ascii=False).encode())
    except (ValueError, RecursionError):
        raise GitRefused(_UNREADABLE) from None
    if is_text and isinstance(answer, dict) and isinstance(answer.get("error"), str):
        raise GitRefused(answer["error"][:1000])
    if not is_text or not has_shape(answer, shape):
        raise GitRefused(_UNREADABLE)
    return cast(Answer, answer)


def _command(module: str) -> Sequence[str]:
    return [sys.executable, "-P", "-m", f"forge.projects.{module}"]
