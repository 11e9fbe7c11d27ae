"""Giving jobs to the compiler's process: one job after another, for one organisation until the process is replaced.

Nothing here knows a build's row. One object is used by one thread at a time; its process may change.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from queue import Empty
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from django.db import DataError

from forge.compute.child.job_file import JobFile
from forge.compute.errors import ChildDied, MalformedAnswer, OutOfTime
from forge.compute.isolation_report import require
from forge.compute.pool.answer_reading import Answer, check_answered
from forge.compute.pool.child_process import ChildProcess
from forge.compute.pool.guard import guard
from forge.compute.scheduler.compute_pace import RESTING, ComputePace, PaceNow, usual_pace
from forge.core.errors import DiskFull
from rune.isolation.protections import Isolation, Protection

__all__ = ["Answer", "Compiler"]

TICK = 0.2
"""Seconds between two looks at the clock while a job runs."""
START_LIMIT = 60.0
"""Seconds until a process that was started must be ready."""
_ALONE = 2
"""Processes of one that started no other: its keeper and itself."""

UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, DataError)
"""The exceptions of reading an answer that has the wrong form."""

_log = logging.getLogger(__name__)


class Compiler:
    """A process of the compiler, and the next when it ended.

    `folder` is where the folders of processes are made; `seconds` a process's time on the processor. Without the
    protections in `required_protections` no job is given.
    """

    def __init__(
        self,
        folder: Path,
        *,
        seconds: int | None = None,
        required_protections: Collection[Protection] = (),
    ) -> None:
        self._root = folder
        self._seconds = seconds
        self._required_protections = required_protections
        self._process: ChildProcess | None = None
        self._owner: UUID | None = None
        self._job = 0
        self._ready = False
        self._working = False
        self.memory = 0
        """Bytes in memory after the last job."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether a process is there to take a job without a start."""
        return self._process is not None and self._process.ending is None

    @property
    def pid(self) -> int | None:
        """The process id of the supervising process, as the system outside sees it."""
        return self._process.pid if self._process is not None else None

    @property
    def isolation(self) -> Isolation | None:
        """The isolation problems of the process; None until it reports them, before its first job."""
        return self._process.isolation if self._process is not None else None

    @property
    def output(self) -> Path:
        """The file of what the last job made. It goes with the process."""
        if self._process is None:
            raise ChildDied("The compiler's process has ended.")
        return self._process.output

    def clear_output(self) -> None:
        """Deletes what the last job made. Recordings that a person may withdraw must not wait for the next job."""
        if self._process is not None:
            self._process.clear_output()

    def start(self) -> None:
        """Starts the process if there is none. It may still be loading when this returns."""
        if not self.alive:
            self.close()
            self._process = self.new_process()
            self._ready = False

    def new_process(self) -> ChildProcess:
        """A process that had no job yet."""
        return ChildProcess(self._root, seconds=self._seconds)

    def is_of(self, owner: UUID) -> bool:
        """Returns whether the process may have a job of this organisation's: it had none of another's."""
        return self._owner in (None, owner)

    def run(
        self,
        job: Mapping[str, Any],
        on_answer: Callable[[Answer], None],
        *,
        owner: UUID,
        limit: float,
        files: Mapping[str, JobFile] | None = None,
        rune: JobFile | None = None,
        tick: Callable[[], None] = lambda: None,
        pace: PaceNow = usual_pace,
        pace_at_rest: PaceNow = usual_pace,
    ) -> None:
        """Gives a job of an organisation's and hands its answers on, up to `done`. `tick` is called several times a
        second meanwhile. What it makes is in `output` then; `rune` is what was made before.

        The process goes on, with all that it started, at the `pace` that is answered as often; the time for which it is
        suspended does not count. Between the samples of an evaluation, whose runs are bounded by the clock, it waits as
        long as `pace_at_rest` says that it is suspended.

        A process that had a job of another organisation's is replaced first: whatever that job left in it, this one
        does not meet.

        Raises `ChildDied` when the process ends in the middle, `OutOfTime` (and ends the process) after `limit`
        seconds, `MalformedAnswer` for an answer that cannot be read, `NotIsolated`, `DiskFull` where the server's disk
        has no room for what it makes, and what else `tick` or `on_answer` raise: then too the process is ended with all
        that it started.
        """
        process = self.make_ready(owner=owner, tick=tick, pace=pace)
        self._job += 1
        try:
            guard.begins(process)
            self._working = True
            self._send(process, job, files or {}, rune)
            self.hand_on(process, job, on_answer, limit=limit, tick=tick, pace=pace, pace_at_rest=pace_at_rest)
            process.resume()
            usage = guard.ends(process)
            self.memory = usage.memory
            if usage.processes > _ALONE:
                # Something of the job runs on.
                self.close()
        except BaseException:
            self.close()
            raise
        finally:
            self._working = False

    def cancel(self) -> None:
        """Has the job in work end early with the answer `interrupted`; from any thread. Does nothing between jobs."""
        process, job = self._process, self._job
        if self._working and process is not None:
            process.cancel(job)

    def hand_on(
        self,
        process: ChildProcess,
        job: Mapping[str, Any],
        on_answer: Callable[[Answer], None],
        *,
        limit: float,
        tick: Callable[[], None] = lambda: None,
        pace: PaceNow = usual_pace,
        pace_at_rest: PaceNow = usual_pace,
    ) -> None:
        """Hands the answers to a job on, up to `done`. Raises as `run` does."""
        deadline = process.clock() + limit
        while (answer := self._next(process, deadline, limit, tick, pace))["event"] != "done":
            if answer["event"] == RESTING:
                self._let_rest(process, tick, pace_at_rest)
            elif answer["event"] == "full_disk":
                raise DiskFull
            else:
                check_answered(answer, job.get("op", ""))
                _read(answer, on_answer)

    def make_ready(
        self, *, owner: UUID, tick: Callable[[], None] = lambda: None, pace: PaceNow = usual_pace
    ) -> ChildProcess:
        """Returns when a process is there that may have jobs of this organisation's. Raises as `run` does."""
        if not self.is_of(owner):
            self.close()
        self.start()
        process = self._process
        assert process is not None  # noqa: S101 (started above)
        self._owner = owner
        try:
            deadline = process.clock() + START_LIMIT
            while not self._ready:
                self._ready = self._next(process, deadline, START_LIMIT, tick, pace)["event"] == "ready"
            assert process.isolation is not None  # noqa: S101 (said before it was ready)
            require(process.isolation, self._required_protections)
        except BaseException:
            self.close()
            raise
        return process

    def _let_rest(self, process: ChildProcess, tick: Callable[[], None], pace: PaceNow) -> None:
        """Returns when the job may go on. Its process waits for the message, so no run is cut in the middle."""
        while pace() is ComputePace.SUSPENDED:
            process.suspend()
            tick()
            time.sleep(TICK)
        process.resume()
        process.go_on()

    def _send(
        self, process: ChildProcess, job: Mapping[str, Any], files: Mapping[str, JobFile], rune: JobFile | None
    ) -> None:
        """The job with its files: texts as they are, others as the number of a descriptor that goes with it."""
        descriptors: list[int] = []

        def describe(file: JobFile) -> dict[str, Any]:
            description: dict[str, Any] = {"digest": file.digest}
            if file.text is not None:
                description["text"] = file.text
            elif file.descriptor is not None:
                description["descriptor"] = len(descriptors)
                descriptors.append(file.descriptor)
            return description

        described_files = {path: describe(file) for path, file in files.items()}
        described_rune = None if rune is None else describe(rune)
        process.send({**job, "id": self._job, "files": described_files, "rune": described_rune}, descriptors)

    def _next(
        self,
        process: ChildProcess,
        deadline: float,
        limit: float,
        tick: Callable[[], None],
        pace: PaceNow,
    ) -> Answer:
        while True:
            tick()
            process.set_pace(pace())
            if process.clock() > deadline:
                raise OutOfTime(f"The build was stopped after {limit:.0f} seconds, the time limit of a build.")
            try:
                answer = process.answers.queue.get(timeout=TICK)
            except Empty:
                continue
            if answer is None:
                raise process.answers.fault or process.death()
            return answer

    def close(self) -> None:
        """Ends the process with all that it started and removes its folder. Nothing happens when there is none."""
        process, self._process = self._process, None
        self._owner = None
        self._ready = False
        if process is not None:
            process.close()


def _read(answer: Answer, on_answer: Callable[[Answer], None]) -> None:
    """Hands an answer on. Its inner fields are checked by nobody before: what their reader trips over is malformed."""
    try:
        on_answer(answer)
    except UNREADABLE as error:
        _log.warning("An answer %r could not be read", answer["event"], exc_info=error)
        raise MalformedAnswer(f"The compiler's process sent a malformed answer ({answer['event']}).") from error
