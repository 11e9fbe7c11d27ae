"""The parent's side of the compiler's process: starts it in its own folder, gives it jobs, ends it with its children.

Nothing here knows a build's row. One object is one process, and is used by one thread at a time.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, Queue
from types import TracebackType
from typing import IO, Any

from forge.compute.errors import ChildDied, OutOfTime

_log = logging.getLogger(__name__)

Answer = Mapping[str, Any]

TICK = 0.2
"""Seconds between two looks at the clock while a job runs."""
LINE_LIMIT = 16 * 1024**2
"""Bytes of one answer."""
START_LIMIT = 60.0
"""Seconds until a process that was started must be ready."""


class Compiler:
    """One process of the compiler. `folder` is where its own folder is made; `seconds` its time on the processor."""

    def __init__(self, folder: Path, *, seconds: int | None = None) -> None:
        self._root = folder
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: Queue[Answer | None] = Queue()
        self._job = 0
        self.is_ready = False
        """Whether the process said that it takes jobs."""
        self._suspended_since: float | None = None
        self._suspended = 0.0
        self.folder: Path | None = None
        self.memory = 0
        """Bytes in memory after the last job."""

    def __enter__(self) -> Compiler:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether a process is there to take a job without a start."""
        return self._process is not None and _ending(self._process) is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self) -> Path:
        """Starts the process if there is none; answers its folder. It may still be loading when this returns."""
        if self.alive and self.folder is not None:
            return self.folder
        self.close()
        self._root.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix="compiler-", dir=self._root))
        command = [sys.executable, "-m", "forge.compute.child", *([str(self._seconds)] if self._seconds else [])]
        with (self.folder / "stderr").open("wb") as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=self.folder,
                env=self._environment(self.folder),
                start_new_session=True,
            )
        self._answers = Queue()
        self.is_ready = False
        assert self._process.stdout is not None  # noqa: S101 (a pipe was asked for)
        arguments = (self._process.stdout, self._answers)
        threading.Thread(target=_read_answers, args=arguments, daemon=True, name="compiler-answers").start()
        return self.folder

    @staticmethod
    def _environment(folder: Path) -> dict[str, str]:
        """Only what a compiler needs: no key, no address and no proxy of the server reaches it."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
        project = Path(__file__).resolve().parents[2]
        own = {"HOME": str(folder), "TMPDIR": str(folder), "PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"}
        return kept | own

    def run(
        self,
        job: Mapping[str, Any],
        on_answer: Callable[[Answer], None],
        *,
        limit: float,
        tick: Callable[[], None] = lambda: None,
        may_compute: Callable[[], bool] = lambda: True,
    ) -> None:
        """Gives a job and hands its answers on, up to `done`. `tick` is called several times a second meanwhile.

        While `may_compute`, which is asked as often, says no, the process is suspended with all that it started; that
        time does not count.

        Raises `ChildDied` when the process ends in the middle, `OutOfTime` (and ends the process) after `limit`
        seconds, and whatever `tick` or `on_answer` raise: then too the process is ended with all that it started.
        """
        self.start()
        self._job += 1
        try:
            self._send({**job, "id": self._job})
            deadline = self._clock() + limit + (0 if self.is_ready else START_LIMIT)
            while True:
                answer = self._next(deadline, limit, tick, may_compute)
                if answer["event"] == "ready":
                    self.is_ready = True
                    deadline = self._clock() + limit
                elif answer["event"] == "done":
                    self.memory = answer["memory"]
                    self._resume()
                    return
                else:
                    on_answer(answer)
        except BaseException:
            self.close()
            raise

    def _send(self, job: Mapping[str, Any]) -> None:
        process = self._process
        assert process is not None  # noqa: S101 (started above)
        assert process.stdin is not None  # noqa: S101 (a pipe was asked for)
        try:
            process.stdin.write(json.dumps(job).encode() + b"\n")
            process.stdin.flush()
        except OSError as error:
            raise ChildDied(self._last_words()) from error

    def _next(self, deadline: float, limit: float, tick: Callable[[], None], may_compute: Callable[[], bool]) -> Answer:
        while True:
            tick()
            if may_compute():
                self._resume()
            else:
                self._suspend()
            if self._clock() > deadline:
                raise OutOfTime(f"The build was stopped after {limit:.0f} seconds, the time limit of a build.")
            try:
                answer = self._answers.get(timeout=TICK)
            except Empty:
                continue
            if answer is None:
                raise ChildDied(self._last_words())
            return answer

    def _clock(self) -> float:
        """Seconds, without those for which the process was suspended."""
        now = time.monotonic() if self._suspended_since is None else self._suspended_since
        return now - self._suspended

    def _suspend(self) -> None:
        """Stops the process and all that it started, until `_resume`. When we die, the system lets it go on.

        It must have said that it is ready: before that it has not asked the system to, and would be stopped for ever.
        """
        if self.is_ready and self._suspended_since is None and can_suspend() and self._signal(signal.SIGSTOP):
            self._suspended_since = time.monotonic()

    def _resume(self) -> None:
        if self._suspended_since is not None:
            self._signal(signal.SIGCONT)
            self._suspended += time.monotonic() - self._suspended_since
            self._suspended_since = None

    def _signal(self, number: signal.Signals) -> bool:
        """Sends a signal to the process and all that it started; answers whether it was sent."""
        if self._process is None:
            return False
        try:
            # The group has the child's own id; it exists until the child is waited for, so the id is still ours.
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def _last_words(self) -> str:
        """How the process ended, for a person; what it said on stderr goes to our log."""
        end = None
        if self._process is not None:
            deadline = time.monotonic() + 1
            while (end := _ending(self._process)) is None and time.monotonic() < deadline:
                time.sleep(0.01)
        if self.folder is not None:
            with contextlib.suppress(OSError):
                text = (self.folder / "stderr").read_bytes()[-4000:].decode("utf-8", "replace").strip()
                if text:
                    _log.warning("The compiler's process ended and said: %s", text)
        if end is None:
            return "The compiler's process stopped answering."
        if end.si_code == os.CLD_EXITED:
            return f"The compiler's process ended with code {end.si_status}."
        return f"The compiler's process was ended by {signal.Signals(end.si_status).name}."

    def close(self) -> None:
        """Ends the process with all that it started and removes its folder. Nothing happens when there is none."""
        self._signal(signal.SIGKILL)
        process, self._process = self._process, None
        self._suspended_since = None
        if process is not None:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
        folder, self.folder = self.folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def can_suspend() -> bool:
    """Whether a process that is suspended goes on by itself when we die; else it would stay for ever."""
    return sys.platform == "linux"


def _ending(process: subprocess.Popen[bytes]) -> os.waitid_result | None:
    """How the process ended, or None while it runs. It is not reaped, so its id is nobody else's until `close`."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)


def _read_answers(source: IO[bytes], answers: Queue[Answer | None]) -> None:
    """Puts answers into the queue, and None at their end or at anything that is no answer."""
    try:
        while (line := source.readline(LINE_LIMIT)).endswith(b"\n"):
            answers.put(json.loads(line))
    except (ValueError, OSError):
        pass
    answers.put(None)
