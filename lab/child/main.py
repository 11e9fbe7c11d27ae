"""The process of one step: limits and confines itself, does the step, and answers in JSON lines on standard output.

It is started by `lab.child.start` through `rune.running.isolation.launch`. It gives up what it does not need before it
imports a library or reads a byte of a file: libraries of this size are not trusted with what strangers sent.
"""

from __future__ import annotations

import json
import os
import resource
import select
import shutil
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from lab.child.job import ChildCommand, ChildJob
from lab.child.limits import FILE_LIMIT
from lab.refusal import Reason, Refused
from rune.running.isolation.confine import confine
from rune.running.isolation.launch import Entered, packages
from rune.running.isolation.protections import Isolation
from rune.running.isolation.toolchain_files import toolchain_access

STEPS = {
    "judge": "lab.quantize.judging",
    "keras": "lab.formats.keras.converting",
    "onnx": "lab.formats.onnx.converting",
    "savedmodel": "lab.formats.savedmodel.converting",
    "quantise": "lab.quantize.step",
    "train": "lab.training.step",
}
"""The module of each step; its function `run` takes a job and gives the result as plain data."""
OPEN_FILES = 1024


def main(entered: Entered, arguments: Sequence[str]) -> None:
    """Does the step that the argument describes as JSON."""
    request = json.loads(arguments[0])
    _limit(request["memory"], request["seconds"])
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    access = toolchain_access(packages(), writable=[entered.folder], own_processes=entered.has_own_tree)
    gaps = (*entered.gaps, *confine(access, starts_programs=False))
    _send(answers, {"gaps": Isolation(gaps).to_json()})
    try:
        _send(answers, {"result": _do(request, Path(entered.folder), answers)})
    except Refused as refused:
        _send(answers, {"refused": refused.to_json()})
    except MemoryError:
        _send(answers, {"refused": out_of_memory(request["memory"], request["work"]).to_json()})
    except Exception as error:
        sys.excepthook(type(error), error, error.__traceback__)
        _send(answers, {"refused": failure(error, request["memory"], request["work"]).to_json()})


def failure(error: BaseException, memory: int, work: str) -> Refused:
    """What a person is told when a library raises something that no step expects."""
    text = str(error).strip()
    if type(error).__name__ == "ResourceExhaustedError" or "OOM when allocating" in text or "bad_alloc" in text:
        return out_of_memory(memory, work)
    last = text.splitlines()[-1][:300] if text else "no message"
    return Refused(Reason.NOT_CONVERTED, f"{type(error).__name__}: {last}")


def out_of_memory(memory: int, work: str) -> Refused:
    return Refused(Reason.OUT_OF_MEMORY, f"The {work} needs more than {memory >> 20:,} MB of memory.")


def _do(request: Mapping[str, Any], folder: Path, answers: IO[str]) -> Any:
    inputs = {name: _copied(descriptor, folder / name) for name, descriptor in request["inputs"].items()}
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


def _write(path: Path, descriptor: int) -> None:
    """Writes a file's bytes in place of those of an open file, which stays open."""
    with path.open("rb") as source, os.fdopen(descriptor, "wb", closefd=False) as target:
        target.seek(0)
        target.truncate()
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(descriptor)


def _copied(descriptor: int, path: Path) -> Path:
    with os.fdopen(descriptor, "rb") as source, path.open("xb") as target:
        shutil.copyfileobj(source, target)
    return path


def _send(answers: IO[str], message: Mapping[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def _limit(memory: int, seconds: int) -> None:
    limits = {
        resource.RLIMIT_DATA: memory,
        resource.RLIMIT_FSIZE: FILE_LIMIT,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: seconds * 2,  # a conversion uses two processors at most
    }
    for kind, limit in limits.items():
        _, hard = resource.getrlimit(kind)
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (limit, limit))
