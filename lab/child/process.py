"""A process for one step, with the Python of its environment. It loads its libraries and waits, until it is given a
step; it ends with the step, after its time, and when this process ends.

It gets open files and no paths, has no network, and sees nothing of this machine but Python, its packages and a folder
of its own.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from lab.child.job import ChildCommand
from lab.child.limits import FOLDER_LIMIT
from lab.child.messages import read_message
from lab.refusal import Reason, Refused
from rune.isolation.launch import NO_GROUP
from rune.isolation.toolchain_files import package_folder

LONGEST_ANSWER = 8 << 20
"""Bytes of one line of a process. A long run sends many: a row for each epoch, and lists of answers."""
COMMAND_SECONDS = 0.2
"""Seconds between two questions for a command."""
_LAST_ERRORS = 4000
_END_SECONDS = 10.0
"""The longest that a copy takes to end."""
_THREADS = "2"
_ENVIRONMENT = {
    "PATH": os.defpath,
    "OMP_NUM_THREADS": _THREADS,
    "TF_NUM_INTRAOP_THREADS": _THREADS,
    "TF_NUM_INTEROP_THREADS": _THREADS,
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "",
    "KERAS_BACKEND": "tensorflow",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "HDF5_PLUGIN_PATH": "::",
}
"""The environment of a process: none of this one's variables, which may hold secrets."""


class StepProcess:
    """One such process, for one step, or for several in copies of itself. `modules` are imported before a step is
    there. Close it."""

    def __init__(self, python: Path, modules: Sequence[str]) -> None:
        self._stack = ExitStack()
        self._data = b""
        self._lines: deque[bytes] = deque()
        self._copy_status: int | None = None
        self._words_before = 0
        try:
            self._start(python, modules)
        except BaseException:
            self._stack.close()
            raise

    def _start(self, python: Path, modules: Sequence[str]) -> None:
        stack = self._stack
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True)))
        folder.chmod(0o711)  # for a process that is another user; only its own folder is its
        own, packages = folder / "own", folder / "packages"
        own.mkdir()
        packages.mkdir()
        packages.chmod(0o755)  # whatever this process lets others read: a server lets them read nothing
        for name in ("rune", "lab"):
            (packages / name).symlink_to(package_folder(name))
        self._errors = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 (the stack closes it)
        self._requests, theirs = (stack.enter_context(one) for one in socket.socketpair())
        life, their_life = (stack.enter_context(one) for one in socket.socketpair())
        launcher = [str(python), "-P", "-m", "rune.isolation.launch", str(own), str(FOLDER_LIMIT), NO_GROUP]
        self._process: subprocess.Popen[bytes] = subprocess.Popen(
            [*launcher, "lab.child.main", str(theirs.fileno()), *modules],
            stdin=their_life.fileno(),
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=own,
            env={**_ENVIRONMENT, "HOME": str(own), "TMPDIR": str(own), "PYTHONPATH": str(packages)},
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        stack.callback(self._end, life)
        theirs.close()

    def _end(self, life: socket.socket) -> None:
        life.close()  # the keeper ends all that it started
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    @property
    def is_alive(self) -> bool:
        """Whether a step can be given to it."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, request: Mapping[str, Any], descriptors: Sequence[int]) -> None:
        """Gives the step. Its files are places among the open files. A process that has ended is noticed by the caller
        that waits for its answers. Behind a step that was done in a copy there may be further ones."""
        self._copy_status = None
        self._words_before = self._errors.seek(0, os.SEEK_END)
        with suppress(OSError):
            socket.send_fds(self._requests, [b"\0"], descriptors)
            self._requests.sendall(json.dumps(request).encode() + b"\n")

    def send_command(self, command: ChildCommand) -> None:
        """Tells the step something while it works."""
        with suppress(OSError):
            self._requests.sendall(command.value.encode("ascii"))

    def messages(self, deadline: float, work: str) -> Iterator[dict[str, Any] | None]:
        """The answers of its step until that has ended; None several times a second while there is nothing.

        Raises `Refused`.
        """
        assert self._process.stdout is not None  # noqa: S101 (a pipe was requested)
        source = self._process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(source, selectors.EVENT_READ)
            while True:
                while self._lines:
                    message = read_message(self._lines.popleft())
                    if "ended" in message:
                        self._copy_status = int(message["ended"])
                        return
                    yield message
                seconds_left = deadline - time.monotonic()
                if seconds_left <= 0:
                    raise Refused(Reason.OUT_OF_TIME, f"The {work} took longer than its limit, and was stopped.")
                yield None
                if not selector.select(min(seconds_left, COMMAND_SECONDS)):
                    continue
                chunk = os.read(source, 1 << 16)
                if not chunk:
                    return
                *lines, self._data = (self._data + chunk).split(b"\n")
                self._lines.extend(lines)
                if len(self._data) > LONGEST_ANSWER:
                    raise Refused(Reason.CRASHED, "The converter's process answered more than a result.")

    def status(self) -> int:
        """Returns how its step ended; waits for the end."""
        return self._process.wait() if self._copy_status is None else self._copy_status

    def finish(self) -> bool:
        """Waits until a step that was done in a copy has ended. Returns whether this process can do a further one."""
        if self._copy_status is None:
            with suppress(Refused):  # of a step of which nobody wants to know more
                for _ in self.messages(time.monotonic() + _END_SECONDS, "step"):
                    pass
        return self._copy_status is not None and self.is_alive

    def last_words(self) -> str:
        """The end of what it wrote to standard error."""
        end = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(self._words_before, end - _LAST_ERRORS))
        return self._errors.read().decode("utf-8", "replace")

    def close(self) -> None:
        """Ends the process with all that it started."""
        self._stack.close()
