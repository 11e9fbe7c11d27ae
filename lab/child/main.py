"""The process of one step: confines itself, loads libraries, waits for the step, and answers in JSON lines on standard
output.

It is started by `lab.child.process` through `rune.isolation.launch`. It gives up what it does not need before
it imports a library or reads a byte of a file: libraries of this size are not trusted with what strangers sent. The
step comes over a socket with its files as open descriptors, so a process that has loaded its libraries may wait for it.
It does one step and ends, or does each of several steps in a copy of itself: nothing of anybody is in a process that
waits.
"""

from __future__ import annotations

import json
import math
import os
import resource
import select
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from lab.child.job import ChildCommand, ChildJob
from lab.child.limits import FILE_LIMIT, FOLDER_LIMIT
from lab.full_disk import full_disk, is_full_disk
from lab.refusal import Reason, Refused
from rune.gc_paused import permanent
from rune.isolation.confine import confine
from rune.isolation.launch import ProcessNamespaces, packages
from rune.isolation.protections import Isolation
from rune.isolation.resource_limits import OPEN_FILES, set_limits
from rune.isolation.toolchain_files import toolchain_access
from rune.wording import size_text

STEPS = {
    "keras": "lab.formats.keras.converting",
    "keras-int8": "lab.formats.keras.quantising",
    "onnx": "lab.formats.onnx.converting",
    "onnx-or-trees": "lab.formats.onnx.layers_or_trees",
    "onnx-trees": "lab.formats.onnx.trees.converting",
    "pt2": "lab.formats.pt2.converting",
    "savedmodel": "lab.formats.savedmodel.converting",
    "quantise": "lab.quantize.step",
    "train": "lab.training.step",
    "estimate": "lab.training.estimator_step",
    "sample": "lab.search.sampling_step",
    "candidate": "lab.search.candidate_step",
}
"""The module of each step; its function `run` takes a job and gives the result as plain data."""
_TENSORFLOW = ("lab.training.libraries",)
LIBRARIES: Mapping[str, Sequence[str]] = {
    "keras": _TENSORFLOW,
    "keras-int8": _TENSORFLOW,
    "pt2": ("lab.formats.pt2.libraries",),
    "savedmodel": _TENSORFLOW,
    "train": _TENSORFLOW,
    "quantise": ("lab.quantize.step",),
    "sample": ("lab.search.sampling_step",),
    "candidate": ("lab.search.candidate_step",),
}
"""The modules that a process loads before it is given a step of this name."""
LIBRARY_TITLES: Mapping[str, str] = {
    "keras": "TensorFlow",
    "keras-int8": "TensorFlow",
    "pt2": "PyTorch",
    "savedmodel": "TensorFlow",
    "train": "TensorFlow",
    "quantise": "the quantiser",
    "sample": "Optuna",
    "candidate": "the quantiser",
}
"""The libraries of a step, as people call them."""
MOST_FILES = 64
"""The greatest number of files of a step, that come with it."""
LONGEST_REQUEST = 1 << 20


def main(launch: ProcessNamespaces, arguments: Sequence[str]) -> None:
    """Imports modules and does a step: the arguments are the descriptor of the socket that it comes by, and the names
    of the modules."""
    requests = socket.socket(fileno=int(arguments[0]))
    set_limits({resource.RLIMIT_FSIZE: FILE_LIMIT, resource.RLIMIT_NOFILE: OPEN_FILES, resource.RLIMIT_CORE: 0})
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    access = toolchain_access(packages(), writable=[launch.folder], own_processes=launch.has_own_tree)
    gaps = (*launch.gaps, *confine(access, starts_programs=False))
    protections = {"gaps": Isolation(gaps).to_json()}
    _send(answers, protections)
    with permanent():
        for module in arguments[1:]:
            import_module(module)
    _send(answers, {"ready": True})
    while True:
        request, descriptors = _receive(requests)
        if request is None:
            return
        request["commands"] = requests.fileno()
        if not request["in_copy"]:
            _answer(request, descriptors, launch, answers)
            return
        _send(answers, protections)  # for the process that has this step
        _send(answers, {"ready": True})
        _answer_in_copy(request, descriptors, launch, answers)


def _answer(request: dict[str, Any], descriptors: Sequence[int], launch: ProcessNamespaces, answers: IO[str]) -> None:
    """Does a step within its limits and sends what comes of it."""
    used_seconds = math.ceil(time.process_time())
    set_limits(
        {
            resource.RLIMIT_DATA: request["memory"],
            resource.RLIMIT_CPU: used_seconds + request["seconds"] * 2,  # a step uses two processors at most
        }
    )
    for kind in ("inputs", "outputs"):
        request[kind] = {name: descriptors[place] for name, place in request[kind].items()}
    try:
        _send(answers, {"result": _do(request, Path(launch.folder), answers)})
    except Refused as refusal:
        _send(answers, {"refused": refusal.to_json()})
    except MemoryError:
        _send(answers, {"refused": out_of_memory(request["memory"], request["work"]).to_json()})
    except Exception as error:
        sys.excepthook(type(error), error, error.__traceback__)
        reason = failure(error, request["memory"], request["work"], has_own_tree=launch.has_own_tree)
        _send(answers, {"refused": reason.to_json()})


def _answer_in_copy(
    request: dict[str, Any], descriptors: Sequence[int], launch: ProcessNamespaces, answers: IO[str]
) -> None:
    """Does a step in a copy of this process, and sends how that ended. Libraries are loaded in the copy, and have not
    begun to work here: a copy has none of their threads.

    The last descriptor is a socket: the copy is ended when the other end is closed. What it leaves in the folder is
    removed.
    """
    *files, life = descriptors
    over, copys_end = os.pipe()  # closed when the copy has ended
    pid = os.fork()
    if not pid:
        try:
            _answer(request, files, launch, answers)
        finally:
            sys.stderr.flush()
            os._exit(0)
    for each in (copys_end, *files):
        os.close(each)
    ready, _, _ = select.select([over, life], [], [])
    if over not in ready:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    os.close(over)
    os.close(life)
    for path in Path(launch.folder).iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    _send(answers, {"ended": os.waitstatus_to_exitcode(status)})


def failure(error: BaseException, memory: int, work: str, *, has_own_tree: bool) -> Refused:
    """Returns the message for a person when a library raises an exception that no step expects. A process with a file
    tree of its own has a folder in memory, of `FOLDER_LIMIT`: where that is full, the disk is not."""
    text = str(error).strip()
    if is_full_disk(error):
        if not has_own_tree:
            return full_disk()
        advice = "Choose a smaller model or less data."
        return Refused(Reason.TOO_LARGE, f"The files of the {work} need more than {size_text(FOLDER_LIMIT)}. {advice}")
    if type(error).__name__ == "ResourceExhaustedError" or "OOM when allocating" in text or "bad_alloc" in text:
        return out_of_memory(memory, work)
    last = text.splitlines()[-1][:300] if text else "no message"
    return Refused(Reason.NOT_CONVERTED, f"The {work} failed in a library.", f"{type(error).__name__}: {last}")


def out_of_memory(memory: int, work: str) -> Refused:
    return Refused(Reason.OUT_OF_MEMORY, f"The {work} needs more than {memory >> 20:,} MB of memory.")


def _do(request: Mapping[str, Any], folder: Path, answers: IO[str]) -> Any:
    inputs = _Inputs(folder, request["inputs"])
    outputs = {name: folder / name for name in request["outputs"]}

    def report(share: float, text: str) -> None:
        _send(answers, {"progress": round(share, 3), "text": text})

    def send(event: Mapping[str, Any]) -> None:
        _send(answers, {"event": event})

    def save(name: str) -> None:
        _write(outputs[name], request["outputs"][name])

    def command() -> ChildCommand | None:
        ready, _, _ = select.select([request["commands"]], [], [], 0)
        byte = os.read(request["commands"], 1) if ready else b""
        return ChildCommand(byte.decode("ascii")) if byte else None

    job = ChildJob(folder, request["spec"], inputs, outputs, report, send, save, command)
    result = import_module(STEPS[request["step"]]).run(job)
    for name, path in outputs.items():
        if path.exists():
            save(name)
    return result


class _Inputs(Mapping[str, Path]):
    """The inputs by name. Each is copied into the folder when it is first looked at, and waited for if it is late."""

    def __init__(self, folder: Path, descriptors: Mapping[str, int]) -> None:
        self._folder = folder
        self._descriptors = descriptors
        self._copies: dict[str, Path] = {}

    def __getitem__(self, name: str) -> Path:
        if name not in self._copies:
            self._copies[name] = _copy(self._descriptors[name], self._folder / name)
        return self._copies[name]

    def __contains__(self, name: object) -> bool:
        return name in self._descriptors

    def __iter__(self) -> Iterator[str]:
        return iter(self._descriptors)

    def __len__(self) -> int:
        return len(self._descriptors)


def _write(path: Path, descriptor: int) -> None:
    """Writes a file's bytes in place of those of an open file, which stays open. Raises `Refused` for a full disk."""
    try:
        with path.open("rb") as source, os.fdopen(descriptor, "wb", closefd=False) as target:
            target.seek(0)
            target.truncate()
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(descriptor)
    except OSError as error:
        if is_full_disk(error):
            raise full_disk() from error
        raise


def _copy(descriptor: int, path: Path) -> Path:
    with os.fdopen(descriptor, "rb") as source, path.open("xb") as target:
        shutil.copyfileobj(source, target)
    return path


def _send(answers: IO[str], message: Mapping[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def _receive(requests: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """The step and its open files; no step where the other end was closed. Commands may follow behind its line, and may
    be left of a step that has ended."""
    first, descriptors, _, _ = socket.recv_fds(requests, 1, MOST_FILES)
    while first and not descriptors:
        first, descriptors, _, _ = socket.recv_fds(requests, 1, MOST_FILES)
    line = bytearray()
    while first and not line.endswith(b"\n"):
        part = requests.recv(1 << 16, socket.MSG_PEEK)
        end = part.find(b"\n") + 1 or len(part)
        line += requests.recv(end)
        if not part or len(line) > LONGEST_REQUEST:
            return None, []
    return (json.loads(line) if line else None), descriptors
