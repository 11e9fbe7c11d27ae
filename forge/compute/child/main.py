"""The compiler's process: gets jobs over a socket, answers in JSON lines on stdout. Imports `rune` and never Django.

It is forked for `forge.compute.pool.child_process` and goes through `rune.isolation.launch`, in a folder, a
process group and, where the system has them, namespaces of its own. Before it reads anything, it gives up all that it
does not need, and says what the system could not take from it.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import json
import os
import resource
import signal
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from typing import IO, Any

from forge.compute.child.current_job import CurrentJob
from forge.compute.child.job_answers import Answers
from forge.compute.child.job_files import JobFiles, Signatures, read_descriptor
from forge.compute.child.language_request import answer_request
from forge.compute.child.output_file import OutputDiskFull
from forge.compute.child.overrides import answer_overridable, apply_overrides
from forge.compute.child.pause_points import PausePoints
from forge.compute.child.steps.bins import answer_bins
from forge.compute.child.steps.block import answer_publishable
from forge.compute.child.steps.build import make
from forge.compute.child.steps.compiled_tests import run_compiled
from forge.compute.child.steps.data import describe_data, digest_data, read_data
from forge.compute.child.steps.file_run import answer_file_run
from forge.compute.child.steps.firmware import make_firmware
from forge.compute.child.steps.fix import apply_fix
from forge.compute.child.steps.input_trial import answer_input_trial
from forge.compute.child.steps.model import count_model
from forge.compute.child.steps.model_inputs import compute_model_inputs
from forge.compute.child.steps.pipeline_tests import failed_tests
from forge.compute.child.steps.recordings import read_labelled, read_recording
from forge.compute.child.steps.samples import answer_samples, compare_samples, describe_samples
from forge.compute.child.steps.secret_search import search_files
from forge.compute.child.steps.self_test import answer_self_test
from forge.compute.child.steps.teach import answer_teachable
from forge.compute.child.summary import summarise
from rune.compiler.anvil.compiling.interruption import BuildInterrupted
from rune.compiler.anvil.errors import CompileError
from rune.compiler.building.errors import BuildFailed
from rune.compiler.preload import preload
from rune.isolation.confine import confine
from rune.isolation.launch import ProcessNamespaces, packages
from rune.isolation.protections import Isolation
from rune.isolation.resource_limits import OPEN_FILES, set_limits
from rune.isolation.toolchain_files import toolchain_access
from rune.no_room import NO_ROOM, is_out_of_room
from rune.source.runefile import diagnostic_to_json
from rune.toolchain import toolchain_digest

preload()

MEMORY_LIMIT = 3 * 1024**3
"""Bytes of data that this process, or one that it starts, may have; the compiler needs about 0.5 GB."""
FILE_LIMIT = 512 * 1024**2
"""Bytes of the largest file that may be written."""
FOLDER_FULL = NO_ROOM | {errno.EFBIG}
"""The errors of a process that writes more into its own folder than it may."""
RUN_AGAIN = ("test", "pipeline-tests")
"""Jobs of which nothing is kept when they are cancelled, so their processes are ended at once."""
RECEIVED_BYTES, DESCRIPTORS_AT_ONCE = 1 << 16, 128
"""Bytes and open files that are read from the socket at once."""


def run_job(
    job: Mapping[str, Any],
    descriptors: Sequence[int],
    output: int,
    answers: Answers,
    signatures: Signatures,
    rests: PausePoints,
    *,
    has_own_tree: bool,
) -> None:
    """Does one job; whatever happens in it becomes an answer. What it makes is written into `output`. A process with a
    file tree of its own has a folder in memory: where that is full, the server's disk is not."""
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
            case "test":
                answers.send("answered", answer=run_compiled(files, job["path"]))
            case "pipeline-tests":
                answers.send("answered", answer=failed_tests(files))
            case "secrets":
                answers.send("answered", answer=search_files(files, job["paths"]))
            case "overridable":
                answers.send("answered", answer=answer_overridable(files, signature_of))
            case "publishable":
                answers.send("answered", answer=answer_publishable(files, job["path"]))
            case "describe-data":
                answers.send("answered", answer=describe_data(descriptors))
            case "digest-data":
                answers.send("answered", answer=digest_data(job, descriptors))
            case "read-data":
                answers.send("answered", answer=read_data(job, descriptors, output))
            case "read-recording":
                answers.send("answered", answer=read_recording(descriptors, output))
            case "read-labelled":
                answers.send("answered", answer=read_labelled(job, descriptors, output))
            case "describe-samples":
                answers.send("answered", answer=describe_samples(job, files))
            case "answer-samples":
                rune = read_descriptor(descriptors[job["rune"]["descriptor"]])
                answers.send("answered", answer=answer_samples(job, files, rune))
            case "compare-samples":
                answers.send("answered", answer=compare_samples(job, files))
            case "run-rune":
                answers.send("answered", answer=answer_file_run(job, files))
            case "self-test":
                rune = read_descriptor(descriptors[job["rune"]["descriptor"]])
                answers.send("answered", answer=answer_self_test(rune, job["seed"]))
            case "count-model":
                answers.send("answered", answer=count_model(job, files))
            case "model-inputs":
                answers.send("answered", answer=compute_model_inputs(job, files, output))
            case "try-inputs":
                answers.send("answered", answer=answer_input_trial(job, files, signature_of))
            case "teachable":
                answers.send("answered", answer=answer_teachable(job, files, signature_of))
            case "bins":
                answers.send("answered", answer=answer_bins(job, files, answers, rests))
            case "firmware":
                make_firmware(job, files, answers, output)
            case "apply-overrides":
                answers.send("answered", answer=apply_overrides(files, signature_of, job["overrides"]))
            case _:
                earlier_rune = None if job["rune"] is None else read_descriptor(descriptors[job["rune"]["descriptor"]])
                make(job, files, signature_of, answers, earlier_rune, output, rests)
    except BuildInterrupted:
        answers.send("interrupted")
    except BuildFailed as failure:
        answers.send("failed", error=str(failure), diagnostics=[diagnostic_to_json(one) for one in failure.diagnostics])
    except CompileError as error:
        # The compiler's message is about C that we wrote: it goes to the log and not to the person.
        sys.stderr.write(f"{error.details}\n")
        answers.send("failed", error=f"{error}.", diagnostics=[])
    except MemoryError:
        answers.send("failed", error="The build needs more memory than its limit.", diagnostics=[])
    except OutputDiskFull:
        answers.send("full_disk")
    except OSError as error:
        if is_out_of_room(error) and not has_own_tree:
            answers.send("full_disk")
        elif error.errno in FOLDER_FULL:
            answers.send("failed", error="The files of the build need more room than its limit.", diagnostics=[])
        else:
            _send_defect(answers, error)
    except Exception as error:
        _send_defect(answers, error)


def _send_defect(answers: Answers, error: Exception) -> None:
    """Says that the toolchain failed: an error of the server and not of the project. The parent logs the rest."""
    sys.excepthook(type(error), error, error.__traceback__)
    answers.send("failed", error=f"The toolchain failed: {type(error).__name__}: {error}", diagnostics=[])


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
    set_limits(limits)


def read_jobs(source: socket.socket, jobs: SimpleQueue[tuple[dict[str, Any], list[int]]], current: CurrentJob) -> None:
    """Passes jobs on, each with the files that came with it, and cancels the one in work on request. At the end
    of the input the parent is gone: all ends."""
    data, descriptors = b"", list[int]()
    while True:
        chunk, came, _, _ = socket.recv_fds(source, RECEIVED_BYTES, DESCRIPTORS_AT_ONCE)
        if not chunk:
            break
        descriptors += came
        # Descriptors come with a zero byte each time, which is in no JSON.
        data += chunk.replace(b"\0", b"")
        while b"\n" in data:
            line, _, data = data.partition(b"\n")
            message = json.loads(line)
            if "cancel" in message:
                current.cancel(message["cancel"])
                continue
            jobs.put((message, descriptors))
            descriptors = []
    with contextlib.suppress(OSError):
        os.killpg(os.getpgrp(), signal.SIGKILL)
    # The first process of a namespace is not killed from inside; what it started ends with it.
    os._exit(0)


@dataclass(frozen=True)
class ChildResources:
    """The resources of the process after it gave up all others."""

    answers: IO[str]
    jobs: socket.socket
    output: int
    isolation: Isolation


def begin(sandbox: ProcessNamespaces, arguments: Sequence[str]) -> ChildResources:
    """Limits and confines this process. The arguments are the output's descriptor and the seconds on the processor, 0
    without a limit."""
    limit_itself(int(arguments[1]) or None)
    # Output that a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    jobs = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    toolchain_digest()  # of what is loaded now
    access = toolchain_access(packages(), writable=[sandbox.folder], own_processes=sandbox.has_own_tree)
    return ChildResources(answers, jobs, int(arguments[0]), Isolation((*sandbox.gaps, *confine(access))))


def main(sandbox: ProcessNamespaces, arguments: Sequence[str]) -> None:
    """Serves jobs as long as the parent runs."""
    connection = begin(sandbox, arguments)
    jobs: SimpleQueue[tuple[dict[str, Any], list[int]]] = SimpleQueue()
    current = CurrentJob()
    threading.Thread(target=read_jobs, args=(connection.jobs, jobs, current), daemon=True).start()
    signatures = Signatures()
    Answers(connection.answers, 0).send("ready", gaps=connection.isolation.to_json())
    while True:
        job, descriptors = jobs.get()
        answers = Answers(connection.answers, job["id"])
        with current.doing(job["id"], ends_processes=job["op"] in RUN_AGAIN):
            rests = PausePoints(answers, jobs.get)
            has_own_tree = sandbox.has_own_tree
            run_job(job, descriptors, connection.output, answers, signatures, rests, has_own_tree=has_own_tree)
        for descriptor in descriptors:
            os.close(descriptor)
        answers.send("done")
        gc.collect()
