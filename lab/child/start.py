"""Starts one step in a process of its own, with the Python of its environment, and waits for what it answers.

The process gets open files and no paths, has no network, and sees nothing of this machine but Python, its packages and
a folder of its own. It ends with the step, after its time, and when this process ends.
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
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from lab.child.job import ChildCommand
from lab.child.limits import FOLDER_LIMIT, ChildLimits
from lab.child.main import out_of_memory
from lab.refusal import Reason, Refused, refused_from_json
from rune.running.isolation.launch import NO_GROUP
from rune.running.isolation.toolchain_files import package_folder

LONGEST_ANSWER = 8 << 20
"""Bytes of all that a process answers."""
COMMAND_SECONDS = 0.2
"""Between two questions for a command."""
_LAST_ERRORS = 4000
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


@dataclass(frozen=True)
class Step:
    """The task of a process: the name of a step, its settings, the files that it reads and those that it may write."""

    name: str
    spec: Mapping[str, Any]
    inputs: Mapping[str, Path]
    outputs: Mapping[str, Path]
    limits: ChildLimits = field(default_factory=ChildLimits)
    work: str = "conversion"
    """The name of the work in a message about its end."""


@dataclass(frozen=True)
class Outcome:
    """The result of a step, the protections that its process lacked with their reasons, and how long it took."""

    result: Mapping[str, Any]
    gaps: Mapping[str, str]
    seconds: float


def run(
    step: Step,
    python: Path,
    report: Callable[[float, str], None] | None = None,
    receive: Callable[[Mapping[str, Any]], None] | None = None,
    command: Callable[[], ChildCommand | None] = lambda: None,
) -> Outcome:
    """Does a step and returns its outcome. `receive` gets the events that the step sends. `command` is asked several
    times a second for what the step is to be told.

    Raises `Refused`, also for a process that crashed or ran out of time.
    """
    started = time.monotonic()
    with _process(step, python) as (process, errors, commands):
        assert process.stdout is not None  # noqa: S101 (a pipe was requested)
        answer: dict[str, Any] = {}
        gaps: Mapping[str, str] = {}
        for message in _answers(process.stdout.fileno(), started + step.limits.seconds, step.work):
            if message is None:
                if (chosen := command()) is not None:
                    os.write(commands, chosen.value.encode("ascii"))
                continue
            if "progress" in message:
                if report is not None:
                    report(float(message["progress"]), str(message["text"]))
            elif "event" in message:
                if receive is not None:
                    receive(message["event"])
            elif "gaps" in message:
                gaps = message["gaps"]
            else:
                answer = message
        if "refused" in answer:
            raise refused_from_json(answer["refused"])
        if "result" not in answer:
            raise _death(process.wait(), errors, step)
    return Outcome(answer["result"], gaps, time.monotonic() - started)


@contextmanager
def _process(step: Step, python: Path) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes], int]]:
    """The running process, what it writes to standard error, and a pipe that it reads commands from. The process is
    ended at the end of the block."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True)))
        folder.chmod(0o711)  # for a process that is another user; only its own folder is its
        own, packages = folder / "own", folder / "packages"
        own.mkdir()
        packages.mkdir()
        packages.chmod(0o755)  # whatever this process lets others read: a server lets them read nothing
        for name in ("rune", "lab"):
            (packages / name).symlink_to(package_folder(name))
        inputs = {name: stack.enter_context(path.open("rb")) for name, path in step.inputs.items()}
        outputs = {name: stack.enter_context(path.open("wb")) for name, path in step.outputs.items()}
        errors = stack.enter_context(tempfile.TemporaryFile())
        heard, commands = os.pipe()
        stack.callback(os.close, heard)
        stack.callback(os.close, commands)
        ours, theirs = (stack.enter_context(one) for one in socket.socketpair())
        request = {
            "step": step.name,
            "spec": step.spec,
            "inputs": {name: file.fileno() for name, file in inputs.items()},
            "outputs": {name: file.fileno() for name, file in outputs.items()},
            "commands": heard,
            "memory": step.limits.memory,
            "seconds": step.limits.seconds,
            "work": step.work,
        }
        launched = [str(python), "-P", "-m", "rune.running.isolation.launch", str(own), str(FOLDER_LIMIT), NO_GROUP]
        process = subprocess.Popen(
            [*launched, "lab.child.main", json.dumps(request)],
            stdin=theirs.fileno(),
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=own,
            env={**_ENVIRONMENT, "HOME": str(own), "TMPDIR": str(own), "PYTHONPATH": str(packages)},
            pass_fds=[heard, *(file.fileno() for file in (*inputs.values(), *outputs.values()))],
            start_new_session=True,
        )
        try:
            yield process, errors, commands
        finally:
            ours.close()  # the keeper ends all that it started
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _answers(source: int, deadline: float, work: str) -> Iterator[dict[str, Any] | None]:
    """The messages of a process until it closes its standard output; None several times a second while there are none.

    Raises `Refused`.
    """
    data, size = b"", 0
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Refused(Reason.OUT_OF_TIME, f"The {work} took longer than its limit, and was stopped.")
            yield None
            if not selector.select(min(left, COMMAND_SECONDS)):
                continue
            received = os.read(source, 1 << 16)
            if not received:
                return
            size += len(received)
            *lines, data = (data + received).split(b"\n")
            for line in lines:
                yield _parsed(line)
            if size > LONGEST_ANSWER:
                raise Refused(Reason.CRASHED, "The converter's process answered more than a result.")


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError as error:
        raise Refused(Reason.CRASHED, "The converter's process answered something that is not JSON.") from error
    if not isinstance(message, dict):
        raise Refused(Reason.CRASHED, "The converter's process answered something that is not an object.")
    return message


def _death(status: int, errors: IO[bytes], step: Step) -> Refused:
    """Why a process ended without an answer."""
    errors.seek(0, os.SEEK_END)
    errors.seek(max(0, errors.tell() - _LAST_ERRORS))
    text = errors.read().decode("utf-8", "replace")
    number = -status if status < 0 else status - 128
    if number in (signal.SIGXCPU, signal.SIGKILL) and "bad_alloc" not in text:
        return Refused(Reason.OUT_OF_TIME, f"The {step.work} took longer than its limit, and was stopped.")
    if "bad_alloc" in text or "MemoryError" in text or "Cannot allocate memory" in text:
        return out_of_memory(step.limits.memory, step.work)
    name = signal.Signals(number).name if number in set(signal.Signals) else f"code {status}"
    return Refused(Reason.CRASHED, f"The process of the {step.work} ended by itself ({name}). Nothing was written.")
