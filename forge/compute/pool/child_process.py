"""An isolated process that computes, seen from the outside: its start, its pipes, its usage, and its end.

It gets jobs over a socket, with the files of a job as open descriptors, so that it needs no path of the server's. What
it makes it writes into one descriptor. It cannot name a file to its parent: no path of its choice is ever opened here.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, ClassVar

from forge.compute.errors import ChildDied, ChildKilled
from forge.compute.isolation_report import report
from forge.compute.pool.answer_reading import EVENTS, Answer, Fields
from forge.compute.pool.answer_stream import AnswerStream
from forge.compute.pool.control_groups import new_group
from forge.compute.pool.fork_server import COMPILERS, Ending, ForkServer
from forge.compute.pool.guard import FOLDER_LIMIT, guard, out_of_memory
from forge.compute.removal import remove_tree
from forge.compute.scheduler.compute_pace import ComputePace
from forge.compute.scheduler.priority import USUAL, YIELDING, set_priority
from forge.compute.workdir import passable
from rune.isolation.control_group import ControlGroup
from rune.isolation.linux import is_linux
from rune.isolation.protections import Isolation, Protection, isolation_from_json

_log = logging.getLogger(__name__)

DESCRIPTORS_AT_ONCE = 100
"""The most descriptors at once of the files of a job; the system takes some 250 in one message."""
_ENDING_SECONDS = 5.0
"""Seconds from the last answer of a process until it must have ended."""
_OWN, _OUTPUT = "own", "output"
_OUTPUT_NUMBER, _GROUP_NUMBER = 3, 4
"""Descriptors in the process, after its standard streams."""


class ChildProcess:
    """An isolated process. `root` is where its folder is made; `seconds` is its time on the processor, with all that it
    starts.

    It may still be loading when this returns. Raises `ChildDied` where none can be started.
    """

    fork_server: ClassVar[ForkServer] = COMPILERS
    """The fork server that starts it."""
    events: ClassVar[Mapping[str, Fields]] = EVENTS
    """The events that it may answer."""

    def __init__(self, root: Path, *, seconds: int | None = None) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.folder = passable(Path(tempfile.mkdtemp(prefix="compiler-", dir=root)))
        self.answers = AnswerStream(self._became_ready, self.stop, self.events)
        self.isolation: Isolation | None = None
        """None until it said that it is ready; nothing of a job is read before."""
        self.stop_reason: str = ""
        """The reason why it was ended from here, for a person."""
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        """The lock that is held while a message is sent, so that two threads do not mix theirs."""
        self._closed = False
        self._suspended_since: float | None = None
        self._suspended_seconds = 0.0
        self._priority = USUAL
        own = self.folder / _OWN
        own.mkdir()
        self._output = (self.folder / _OUTPUT).open("w+b")
        self._errors: IO[bytes] = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115 (closed in `close`)
        self._jobs, theirs = socket.socketpair()
        self._group = new_group(self.folder.name)
        read, write = os.pipe()
        self._stream = os.fdopen(read, "rb")
        start = {
            "folder": str(own),
            "size": FOLDER_LIMIT,
            "group": _GROUP_NUMBER if isinstance(self._group, ControlGroup) else None,
            "arguments": [str(_OUTPUT_NUMBER), str(seconds or 0)],
            "variables": {"HOME": str(own), "TMPDIR": str(own)},
        }
        try:
            with theirs, os.fdopen(write, "wb") as answers, self._entrance() as entrance:
                streams = [stream.fileno() for stream in (theirs, answers, self._errors, self._output)]
                self._process = self.fork_server.start(start, (*streams, *entrance))
        except ChildDied:
            self._remove_files()
            raise
        threading.Thread(target=self.answers.read, args=(self._stream,), daemon=True, name="compiler-answers").start()
        guard.watch(self, own=own, seconds=seconds)

    @contextlib.contextmanager
    def _entrance(self) -> Iterator[Sequence[int]]:
        """The descriptor by which the process enters its control group, if it has one."""
        if not isinstance(self._group, ControlGroup):
            yield ()
            return
        entrance = self._group.open_entrance()
        try:
            yield (entrance,)
        finally:
            os.close(entrance)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ending(self) -> Ending | None:
        """The ending of the process, or None while it runs. No other process gets its id until `close`."""
        if self._closed:
            raise ValueError("the process was closed")
        return self._process.ending

    @property
    def output(self) -> Path:
        """The file that it writes into. Only its descriptor is the process's: where it lies decides this side."""
        return self.folder / _OUTPUT

    def clear_output(self) -> None:
        """Empties the output."""
        self._output.truncate(0)

    def send(self, job: Mapping[str, Any], descriptors: Sequence[int]) -> None:
        """Hands a job over, with open files, and empties the output. Its `id` is in all answers. Raises `ChildDied`."""
        self.clear_output()
        self.answers.job = job["id"]
        self._send_message(job, descriptors)

    def cancel(self, job: int) -> None:
        """Tells the process that nobody needs this job's result any more; from any thread. Nothing is raised for a
        process that has ended: callers that wait for its answers get an error."""
        with contextlib.suppress(OSError), self._sending:
            self._jobs.sendall(json.dumps({"cancel": job}).encode() + b"\n")

    def go_on(self) -> None:
        """Lets a job go on that rests. Raises `ChildDied`."""
        self._send_message({}, ())

    def _send_message(self, message: Mapping[str, Any], descriptors: Sequence[int]) -> None:
        line = json.dumps(message).encode() + b"\n"
        try:
            with self._sending:
                for start in range(0, len(descriptors), DESCRIPTORS_AT_ONCE):
                    socket.send_fds(self._jobs, [b"\0"], descriptors[start : start + DESCRIPTORS_AT_ONCE])
                self._jobs.sendall(line)
        except OSError as error:
            raise self.death() from error

    def death(self) -> ChildDied:
        """Returns the error that says how the process ended; what it said on stderr goes to our log."""
        deadline = time.monotonic() + _ENDING_SECONDS
        while (end := self.ending) is None and time.monotonic() < deadline:
            time.sleep(0.01)
        with contextlib.suppress(OSError, ValueError):
            self._errors.seek(max(0, os.fstat(self._errors.fileno()).st_size - 4000))
            text = self._errors.read(4000).decode("utf-8", "replace").strip()
            if text:
                _log.warning("The compiler's process ended and said: %s", text)
        if self.stop_reason:
            return ChildDied(self.stop_reason)
        if isinstance(self._group, ControlGroup) and self._group.ran_out_of_memory:
            return ChildDied(out_of_memory())
        if end is None:
            return ChildDied("The compiler's process stopped answering.")
        kind = ChildKilled if end.signal == signal.SIGKILL else ChildDied
        return kind(f"The compiler's process {end}.")

    def clock(self) -> float:
        """Seconds since some moment, without those for which it was suspended."""
        now = time.monotonic() if self._suspended_since is None else self._suspended_since
        return now - self._suspended_seconds

    def set_pace(self, pace: ComputePace) -> None:
        """Suspends it with all that it started, or lets it go on: as fast as others, or with what they leave."""
        if pace is ComputePace.SUSPENDED:
            self.suspend()
            return
        self.resume()
        self._set_priority(YIELDING if pace is ComputePace.YIELDING else USUAL)

    def _set_priority(self, priority: int) -> None:
        with self._lock:
            if self._closed or priority == self._priority:
                return
            if set_priority(self._process.pid, priority):
                self._priority = priority

    def suspend(self) -> None:
        """Suspends it with all that it started, until `resume`; also twice.

        Only where the system wakes its keeper when we die, and once it said that it is ready: a keeper that still
        attends to the start of its child would not look whether we are there. Nothing happens before.
        """
        if is_linux() and self.isolation is not None and self._suspended_since is None and self._signal(signal.SIGSTOP):
            self._suspended_since = time.monotonic()

    def resume(self) -> None:
        """Lets it go on if it was suspended."""
        if self._suspended_since is not None:
            self._signal(signal.SIGCONT)
            self._suspended_seconds += time.monotonic() - self._suspended_since
            self._suspended_since = None

    def _signal(self, number: signal.Signals) -> bool:
        with self._lock:
            return not self._closed and self._process.signal_group(number)

    def stop(self, reason: str) -> None:
        """Ends the process with all that it started; who waits for its answers hears of it."""
        with self._lock:
            if not self._closed:
                self.stop_reason = self.stop_reason or reason
                self._kill()

    def _kill(self) -> None:
        if not self._process.signal_group(signal.SIGKILL):
            # Its keeper ends all when nobody can give it jobs any more.
            with contextlib.suppress(OSError):
                self._jobs.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Ends all and removes its folder. Closing twice does nothing."""
        with self._lock:
            if self._closed:
                return
            self._kill()
            self._process.release()
            self._closed = True
        self.answers.close()
        guard.forget(self)
        self._remove_files()

    def _remove_files(self) -> None:
        """Closes what is open of it here, and removes its folder and its control group."""
        if isinstance(self._group, ControlGroup):
            self._group.remove()
        for stream in (self._jobs, self._stream, self._output, self._errors):
            with contextlib.suppress(OSError):
                stream.close()
        remove_tree(self.folder)

    def _became_ready(self, answer: Answer) -> None:
        """Raises `ValueError` for a protection that there is not."""
        self.isolation = self._with_group(isolation_from_json(answer["gaps"]))
        report(self.isolation)

    def _with_group(self, inside: Isolation) -> Isolation:
        """Returns the isolation problems of the process, with that of its control group, which it cannot see."""
        if isinstance(self._group, ControlGroup):
            return inside.with_protection(Protection.PROCESS_COUNT)
        return inside.with_gap(Protection.MEMORY_TOTAL, str(self._group))
