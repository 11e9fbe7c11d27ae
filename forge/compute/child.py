"""The compiler's process: gets jobs over a socket, answers in JSON lines on stdout. Imports `rune` and never Django.

It is started by `forge.compute.child_process` through `rune.isolation.launch`, in a folder, a process group and, where
the system has them, namespaces of its own. Once everything is imported and before it reads anything, it gives up all
that it does not need, and says what the system could not take from it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import json
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from typing import IO, Any

from forge.compute.applied_fix import apply_fix
from forge.compute.language_request import SignatureOf, answer_request
from forge.compute.pace import RESTING
from forge.compute.summary import summarise
from forge.compute.wishes import answer_wishable, grant_wishes
from rune.anvil.errors import CompileError
from rune.anvil.support import signature_with_support
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.building.building import build, check_text
from rune.building.errors import BuildFailed
from rune.building.report import Step
from rune.building.spec import BuildOptions
from rune.container import needed_resources, read_rune
from rune.evaluation.errors import EvaluationImpossible
from rune.evaluation.evaluating import Effort as EvaluationEffort
from rune.evaluation.evaluating import evaluate
from rune.evaluation.labelled import Event, LabelledSample
from rune.files import DEFAULT_FILE_LIMIT, FileMissing, FileTooLarge, normal_path
from rune.isolation.confine import confine
from rune.isolation.launch import Entered, packages
from rune.isolation.protections import Isolation
from rune.isolation.toolchain_files import toolchain_access
from rune.policy import CheckedPolicy, check_policy
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
OPEN_FILES = 1024
"""A project has at most 500 files."""
RECEIVED, DESCRIPTORS_AT_ONCE = 1 << 16, 128
"""Bytes and open files that are read from the socket at once."""
MODELS_KEPT = 16
"""Signatures that are remembered between jobs."""
WATCHED_ELEMENTS = 1 << 18
"""Of a tensor that a page may watch: more would keep it from anything else."""
_PR_SET_PDEATHSIG = 1
"""Of prctl(2)."""
GONE = "its contents are no longer stored"
VERIFY_EFFORT = Effort(inputs=20, seconds=1.5)
"""A slow model is tried on fewer inputs, and the report says on how many."""


EVALUATE_EFFORT = EvaluationEffort(seconds=60.0)
"""What is left of the samples then is not run, and the evaluation says how many."""
REST_EVERY = 0.25
"""Seconds that an evaluation computes before it asks whether to go on."""


class JobFiles:
    """A job's project: texts came with the job, other files as descriptors that can only be read."""

    def __init__(self, contents: Mapping[str, Mapping[str, Any]], descriptors: Sequence[int]) -> None:
        self._contents = {normal_path(path): content for path, content in contents.items()}
        self._descriptors = descriptors

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises `FileError`."""
        found = self._find(path)
        if isinstance(found, bytes):
            return found
        size = os.fstat(found).st_size
        if size > DEFAULT_FILE_LIMIT:
            raise FileTooLarge(path, f"{size_text(size)}, more than the limit of {size_text(DEFAULT_FILE_LIMIT)}")
        return read_descriptor(found)

    def size(self, path: str) -> int:
        """The bytes that a file has. Raises `FileError`."""
        found = self._find(path)
        return len(found) if isinstance(found, bytes) else os.fstat(found).st_size

    def _find(self, path: str) -> bytes | int:
        """A file's text, or the descriptor that it is read by. Raises `FileMissing`."""
        content = self._contents.get(normal_path(path))
        if content is None:
            raise FileMissing(path, "no such file in the project")
        if "text" in content:
            return str(content["text"]).encode("utf-8")
        if "descriptor" in content:
            return self._descriptors[int(content["descriptor"])]
        # A sample whose person took their consent back is gone from old versions too.
        raise FileMissing(path, GONE)

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self._contents))

    def digest(self, path: str) -> str | None:
        content = self._contents.get(normal_path(path))
        return None if content is None else content["digest"]


def read_descriptor(descriptor: int) -> bytes:
    """All bytes of an open file, wherever it was read up to before."""
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        return file.read()


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


class Rests:
    """Moments between two samples of an evaluation, at which the server may keep it waiting for its turn.

    A run of a rune has a limit by the clock, so it is never suspended in the middle of one.
    """

    def __init__(self, answers: Answers, wait: Callable[[], object]) -> None:
        """`wait` returns when the server says that it goes on."""
        self._answers = answers
        self._wait = wait
        self._rested = time.monotonic()

    def after(self, samples: int) -> None:
        """Rests after so many samples, unless it did so a moment ago."""
        if time.monotonic() - self._rested > REST_EVERY:
            self._answers.send(RESTING, samples=samples)
            self._wait()
            self._rested = time.monotonic()


def run_job(
    job: Mapping[str, Any],
    descriptors: Sequence[int],
    output: int,
    answers: Answers,
    signatures: Signatures,
    rests: Rests,
) -> None:
    """Does one job; whatever happens in it becomes an answer. What it makes is written into `output`."""
    try:
        files = JobFiles(job["files"], descriptors)
        signature_of = partial(signatures.of, files)
        match job["op"]:
            case "language":
                answers.send("answered", answer=answer_request(files, signature_of, job["request"]))
            case "summarise":
                answers.send("answered", answer=summarise(files, signature_of))
            case "fix":
                answers.send("answered", answer=apply_fix(files, signature_of, job["fix"]))
            case "wishable":
                answers.send("answered", answer=answer_wishable(files, signature_of))
            case "grant":
                answers.send("answered", answer=grant_wishes(files, signature_of, job["wishes"]))
            case _:
                made = None if job["rune"] is None else read_descriptor(descriptors[job["rune"]["descriptor"]])
                _make(job, files, signature_of, answers, made, output, rests)
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


def _make(
    job: Mapping[str, Any],
    files: JobFiles,
    signature_of: SignatureOf,
    answers: Answers,
    made: bytes | None,
    output: int,
    rests: Rests,
) -> None:
    """Does the steps of a job, up to the first that finds fault. `made` is the rune, if it was made before."""
    steps, spec = job["steps"], job["spec"]
    if spec["toolchain"] != toolchain_digest():
        # What is made here would bear the name of what another toolchain makes.
        answers.send("failed", error="The toolchain was changed while the server ran. Restart it.", diagnostics=[])
        return
    options = BuildOptions.from_json(spec["options"])
    if "check" in steps and not _check(files, options, answers, signature_of):
        return
    policy = _policy(files) if "policy" in steps else None
    rune = _compile(files, options, output, answers) if made is None else made
    if policy is not None:
        answers.send("policy", policy=None if policy.policy is None else policy.policy.to_json())
    if "verify" in steps and not _verify(files, options, rune, answers):
        return
    if "measure" in steps:
        _measure(rune, answers)
    if "evaluate" in steps:
        _evaluate(job["samples"], files, rune, answers, rests)


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


def _policy(files: JobFiles) -> CheckedPolicy:
    """The project's `forge.yml`. Raises `BuildFailed`: rules that cannot be read protect nothing."""
    found = check_policy(files)
    if found.has_errors:
        raise BuildFailed(found.diagnostics)
    return found


def _compile(files: JobFiles, options: BuildOptions, output: int, answers: Answers) -> bytes:
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
    with os.fdopen(os.dup(output), "r+b") as target:
        target.seek(0)
        target.truncate()
        target.write(result.rune)
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


def _evaluate(
    samples: Sequence[Mapping[str, Any]], files: JobFiles, rune: bytes, answers: Answers, rests: Rests
) -> None:
    """Runs the rune on its test samples. Whatever keeps it from that is said, and the build goes on."""
    start = time.perf_counter()
    given = [_labelled(sample, files) for sample in samples]
    found: dict[str, Any]
    try:
        found = evaluate(rune, given, effort=EVALUATE_EFFORT, news=rests.after).to_json()
    except (EvaluationImpossible, RuneError) as error:
        found = {"samples": len(given), "reason": str(error)}
    answers.send("evaluated", evaluation=found, milliseconds=round((time.perf_counter() - start) * 1000, 1))


def _labelled(sample: Mapping[str, Any], files: JobFiles) -> LabelledSample:
    marks = sample["events"]
    events = None if marks is None else tuple(Event(each["label"], each["start"], each["end"]) for each in marks)
    return LabelledSample(sample["digest"], sample["label"], partial(files.read, sample["path"]), events=events)


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


def read_jobs(source: socket.socket, jobs: SimpleQueue[tuple[dict[str, Any], list[int]]]) -> None:
    """Passes jobs on, each with the files that came with it. At the end of the input the parent is gone: all ends."""
    data, descriptors = b"", list[int]()
    while True:
        received, came, _, _ = socket.recv_fds(source, RECEIVED, DESCRIPTORS_AT_ONCE)
        if not received:
            break
        descriptors += came
        # Descriptors come with a zero byte each time, which is in no JSON.
        data += received.replace(b"\0", b"")
        while b"\n" in data:
            line, _, data = data.partition(b"\n")
            jobs.put((json.loads(line), descriptors))
            descriptors = []
    with contextlib.suppress(OSError):
        os.killpg(os.getpgrp(), signal.SIGKILL)
    # The first process of a namespace is not killed from inside; what it started ends with it.
    os._exit(0)


@dataclass(frozen=True)
class Begun:
    """What the process has left once it gave up all else."""

    answers: IO[str]
    jobs: socket.socket
    output: int
    isolation: Isolation


def begin(entered: Entered, arguments: Sequence[str]) -> Begun:
    """Limits and confines this process. The arguments are the output's descriptor and the seconds on the processor, 0
    without a limit."""
    limit_itself(int(arguments[1]) or None)
    # What a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    jobs = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    toolchain_digest()  # of what is loaded now
    access = toolchain_access(packages(), writable=[entered.folder], own_processes=entered.has_own_tree)
    return Begun(answers, jobs, int(arguments[0]), Isolation((*entered.gaps, *confine(access))))


def main(entered: Entered, arguments: Sequence[str]) -> None:
    """Serves jobs as long as the parent runs."""
    begun = begin(entered, arguments)
    jobs: SimpleQueue[tuple[dict[str, Any], list[int]]] = SimpleQueue()
    threading.Thread(target=read_jobs, args=(begun.jobs, jobs), daemon=True).start()
    signatures = Signatures()
    Answers(begun.answers, 0).send("ready", gaps=begun.isolation.to_json())
    while True:
        job, descriptors = jobs.get()
        answers = Answers(begun.answers, job["id"])
        run_job(job, descriptors, begun.output, answers, signatures, Rests(answers, jobs.get))
        for descriptor in descriptors:
            os.close(descriptor)
        answers.send("done")
        gc.collect()
