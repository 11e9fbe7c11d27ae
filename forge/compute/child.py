"""The compiler's process: reads jobs as JSON lines on stdin, answers on stdout. Imports `rune` and never Django.

It is started by `forge.compute.compiler` in a folder of its own and in a process group of its own, sets limits to
itself before it reads anything, and ends with all that it started when its parent does.
"""

from __future__ import annotations

import ctypes
import dataclasses
import gc
import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from forge.compute.applied_fix import apply_fix
from forge.compute.language_request import SignatureOf, answer_request
from forge.compute.summary import summarise
from rune.anvil.errors import CompileError
from rune.anvil.support import signature_with_support
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.building.building import build, check_text
from rune.building.errors import BuildFailed
from rune.building.report import Step
from rune.building.spec import BuildOptions
from rune.container import needed_resources, read_rune
from rune.files import DEFAULT_FILE_LIMIT, FileMissing, FileTooLarge, normal_path
from rune.runefile import check, diagnostic_to_json, outline_to_json
from rune.runefile.diagnostics import Severity
from rune.runefile.pipeline import CapabilityStage, Pipeline, Port
from rune.runtime.errors import ModelRuntimeMissing, RuneError, RuneStopped
from rune.runtime.measure import measure
from rune.tensor import TensorType
from rune.tflite import ModelSignature, read_model
from rune.toolchain import toolchain_digest
from rune.verify.verifying import Effort, verify
from rune.wording import plain, size_text

MEMORY_LIMIT = 3 * 1024**3
"""Bytes of data that this process, or one that it starts, may have; the compiler needs about 0.5 GB."""
FILE_LIMIT = 512 * 1024**2
"""Bytes of the largest file that may be written."""
OPEN_FILES = 512
MODELS_KEPT = 16
"""Signatures that are remembered between jobs."""
WATCHED_ELEMENTS = 1 << 18
"""Of a tensor that a page may watch: more would keep it from anything else."""
_PR_SET_PDEATHSIG = 1
"""Of prctl(2)."""
GONE = "its contents are no longer stored"
VERIFY_EFFORT = Effort(inputs=20, seconds=1.5)
"""A slow model is tried on fewer inputs, and the report says on how many."""


class JobFiles:
    """A job's project: small texts came with the job, other files lie in the blob store and are only read."""

    def __init__(self, contents: Mapping[str, Mapping[str, Any]]) -> None:
        self._contents = {normal_path(path): content for path, content in contents.items()}

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises `FileError`."""
        content = self._contents.get(normal_path(path))
        if content is None:
            raise FileMissing(path, "no such file in the project")
        try:
            with Path(content["file"]).open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                if size > DEFAULT_FILE_LIMIT:
                    raise FileTooLarge(
                        path, f"{size_text(size)}, more than the limit of {size_text(DEFAULT_FILE_LIMIT)}"
                    )
                return file.read()
        except FileNotFoundError:
            # A sample whose person took their consent back is gone from old versions too.
            raise FileMissing(path, GONE) from None

    def size(self, path: str) -> int:
        """The bytes that a file has. Raises `FileError`."""
        content = self._contents.get(normal_path(path))
        if content is None:
            raise FileMissing(path, "no such file in the project")
        try:
            return Path(content["file"]).stat().st_size
        except FileNotFoundError:
            raise FileMissing(path, GONE) from None

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self._contents))

    def digest(self, path: str) -> str | None:
        content = self._contents.get(normal_path(path))
        return None if content is None else content["digest"]


class Signatures:
    """Signatures of models by digest: a preview looks at the same model again and again."""

    def __init__(self) -> None:
        self._known: dict[str, ModelSignature] = {}

    def of(self, files: JobFiles, path: str) -> ModelSignature:
        """The signature of a model. Raises `FileError` and `ModelError`."""
        digest = files.digest(path)
        if digest is None or digest not in self._known:
            found = signature_with_support(read_model(files.read(path)))
            if digest is None:
                return found
            if len(self._known) >= MODELS_KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[digest] = found
        return self._known[digest]


class Answers:
    """Writes a job's answers, one JSON line each."""

    def __init__(self, out: IO[str], job: int) -> None:
        self._out = out
        self._job = job

    def send(self, event: str, **data: Any) -> None:
        self._out.write(json.dumps({"id": self._job, "event": event, **data}, separators=(",", ":")) + "\n")
        self._out.flush()


def run_job(job: Mapping[str, Any], answers: Answers, signatures: Signatures) -> None:
    """Does one job; whatever happens in it becomes an answer."""
    try:
        files = JobFiles(job["files"])
        signature_of = partial(signatures.of, files)
        match job["op"]:
            case "language":
                answers.send("answered", answer=answer_request(files, signature_of, job["request"]))
            case "summarise":
                answers.send("answered", answer=summarise(files, signature_of))
            case "fix":
                answers.send("answered", answer=apply_fix(files, signature_of, job["fix"]))
            case _:
                _make(job, files, signature_of, answers)
    except BuildFailed as failure:
        answers.send("failed", error=str(failure), diagnostics=[diagnostic_to_json(one) for one in failure.diagnostics])
    except CompileError as error:
        # What the compiler said is about C that we wrote: it goes to the log and not to the person.
        sys.stderr.write(f"{error.details}\n")
        answers.send("failed", error=f"{error}.", diagnostics=[])
    except MemoryError:
        answers.send("failed", error="The build needs more memory than its limit.", diagnostics=[])
    except Exception as error:
        # Server error, not of the project: the person gets a sentence, the parent logs the rest from stderr.
        sys.excepthook(type(error), error, error.__traceback__)
        answers.send("failed", error=f"The toolchain failed: {type(error).__name__}: {error}", diagnostics=[])


def _make(job: Mapping[str, Any], files: JobFiles, signature_of: SignatureOf, answers: Answers) -> None:
    """Does the steps of a job, up to the first that finds fault."""
    steps, spec = job["steps"], job["spec"]
    if spec["toolchain"] != toolchain_digest():
        # What is made here would bear the name of what another toolchain makes.
        answers.send("failed", error="The toolchain was changed while the server ran. Restart it.", diagnostics=[])
        return
    options = BuildOptions.from_json(spec["options"])
    if "check" in steps and not _check(files, options, answers, signature_of):
        return
    rune = (
        _compile(files, options, Path(job["rune"]), answers) if "compile" in steps else Path(job["rune"]).read_bytes()
    )
    if "verify" in steps and not _verify(files, options, rune, answers):
        return
    if "measure" in steps:
        _measure(rune, answers)


def _check(files: JobFiles, options: BuildOptions, answers: Answers, signature_of: SignatureOf) -> bool:
    start = time.perf_counter()
    checked = check(
        files,
        PUBLISHED_BLOCKS,
        runefile=options.runefile,
        signatures=signature_of,
        host_resources=options.host_resources,
    )
    is_broken = any(one.severity is Severity.ERROR for one in checked.diagnostics)
    answers.send(
        "checked",
        broken=is_broken,
        diagnostics=[diagnostic_to_json(one) for one in checked.diagnostics],
        outline=outline_to_json(checked.outline),
        text=check_text(checked),
        milliseconds=round((time.perf_counter() - start) * 1000, 1),
    )
    if is_broken:
        raise BuildFailed(checked.diagnostics)
    if refused := refused_ports(checked.pipeline, options.watched):
        answers.send("failed", error=refused, diagnostics=[])
    return not refused


def _compile(files: JobFiles, options: BuildOptions, target: Path, answers: Answers) -> bytes:
    result = build(
        files,
        options.name,
        runefile=options.runefile,
        log=lambda step: _send_step(answers, step),
        host_models=options.host_models,
        host_resources=options.host_resources,
        watched=options.watched,
        timed=options.timed,
    )
    target.write_bytes(result.rune)
    answers.send(
        "built",
        report=result.report.to_json(),
        diagnostics=[diagnostic_to_json(one) for one in result.diagnostics],
    )
    return result.rune


def refused_ports(pipeline: Pipeline | None, ports: Sequence[Port]) -> str:
    """The reason why these wires cannot be watched; empty if they can."""
    for port in ports:
        kind = _type_of(pipeline, port)
        if kind is None:
            return f"{plain(port.stage)} no longer has an output {port.index}."
        if kind.count > WATCHED_ELEMENTS:
            much = f"{plain(port.stage)} gives {kind.count:,} numbers per run"
            return f"{much}; at most {WATCHED_ELEMENTS:,} can be watched."
    return ""


def _type_of(pipeline: Pipeline | None, port: Port) -> TensorType | None:
    stages = {stage.name: stage for stage in pipeline.stages} if pipeline is not None else {}
    if pipeline is None or (isinstance(stages.get(port.stage), CapabilityStage) and port.index > 0):
        return None
    try:
        return pipeline.type_of(port) if port.stage in stages else None
    except (IndexError, ValueError):
        return None


def _send_step(answers: Answers, step: Step) -> None:
    answers.send("step", step=step.step, text=step.text, milliseconds=step.milliseconds)


def _verify(files: JobFiles, options: BuildOptions, rune: bytes, answers: Answers) -> bool:
    start = time.perf_counter()
    found = verify(files, rune, runefile=options.runefile, effort=VERIFY_EFFORT, made_by=toolchain_digest())
    milliseconds = round((time.perf_counter() - start) * 1000, 1)
    answers.send("verified", verification=found.to_json(), milliseconds=milliseconds)
    return found.is_within


def _measure(rune: bytes, answers: Answers) -> None:
    needed = needed_resources(read_rune(rune))
    if needed:
        listed = ", ".join(plain(name) for name in needed)
        answers.send("unmeasured", reason=f"the host must give it {listed} when it starts")
        return
    try:
        measured = measure(rune)
    except ModelRuntimeMissing as error:
        # Such a rune is for hosts that have more than this one.
        answers.send("unmeasured", reason=str(error))
        return
    except RuneStopped as error:
        if error.limit not in ("input", "output"):
            answers.send("failed", error=f"The rune was built, but a run of it failed: {error}", diagnostics=[])
            return
        # How much a run may send is the business of who runs it.
        answers.send("unmeasured", reason=str(error))
        return
    except RuneError as error:
        answers.send("failed", error=f"The rune was built, but a run of it failed: {error}", diagnostics=[])
        return
    answers.send("measured", run=dataclasses.asdict(measured))


def limit_itself(seconds: int | None) -> None:
    """Limits memory, files and, where `seconds` are given, time on the processor; what it starts inherits them."""
    limits = {
        resource.RLIMIT_DATA: MEMORY_LIMIT,
        resource.RLIMIT_FSIZE: FILE_LIMIT,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    if seconds is not None:
        limits[resource.RLIMIT_CPU] = seconds
    for kind, limit in limits.items():
        _, hard = resource.getrlimit(kind)
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (limit, limit))


def wake_when_the_parent_dies() -> None:
    """Has the system end a suspension when the parent is gone; `read_jobs` then ends this process. Only Linux can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGCONT, 0, 0, 0)


def read_jobs(source: IO[bytes], jobs: SimpleQueue[dict[str, Any]]) -> None:
    """Passes jobs on. At the end of the input the parent is gone, and the whole process group ends."""
    for line in source:
        jobs.put(json.loads(line))
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main() -> None:
    """Serves jobs as long as the parent runs."""
    limit_itself(int(sys.argv[1]) if len(sys.argv) > 1 else None)
    wake_when_the_parent_dies()
    # What a library prints must not get between the answers.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    jobs: SimpleQueue[dict[str, Any]] = SimpleQueue()
    threading.Thread(target=read_jobs, args=(sys.stdin.buffer, jobs), daemon=True).start()
    signatures = Signatures()
    toolchain_digest()  # of what is loaded now
    Answers(out, 0).send("ready")
    while True:
        job = jobs.get()
        answers = Answers(out, job["id"])
        run_job(job, answers, signatures)
        answers.send("done", memory=memory_in_use())
        gc.collect()


def memory_in_use() -> int:
    """Bytes of this process that are in memory; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return 0


if __name__ == "__main__":
    main()
