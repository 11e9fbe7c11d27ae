"""Builds each exported architecture and holds it to the reference kernels.

`python -m tests.support.models.architectures.judge FOLDER [NAME...]`.

A model is built as a person would, in the smallest project, and verified as `rune verify` does. What was judged before
stays; the folder's `*.outcome` are what the table is made of.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from rune.assessment.verify.verification import ModelVerification, Verification
from rune.assessment.verify.verifying import VerificationEffort, verify
from rune.compiler.anvil.errors import CompileError
from rune.compiler.anvil.models.support import unsupported_ops
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.model.tflite import Model, ModelError, read_model, signature
from rune.project.files import MemoryFiles
from tests.support.models.architectures.files import MODEL, named, place
from tests.support.models.architectures.outcome import OUTCOME, ArchitectureOutcome, ArchitectureVerdict

EFFORT = VerificationEffort(inputs=8, seconds=60)


def project_of(data: bytes, model: Model) -> MemoryFiles:
    """Raw bytes in, the model, its outputs as they are."""
    interface = signature(model)
    lines = ["version: 1", "image: runicos/base", "pipeline:"]
    for number, source in enumerate(interface.inputs):
        lines += [
            f"  input_{number}:",
            "    capability: RAW",
            f"    outputs: [{{type: {source.type.element}, dimensions: {list(source.type.dimensions)}}}]",
        ]
    results = ", ".join(
        f"{{type: {result.type.element}, dimensions: {list(result.type.dimensions)}}}" for result in interface.outputs
    )
    sources = ", ".join(f"input_{number}" for number in range(len(interface.inputs)))
    lines += ["  model:", "    model: ./model.tflite", f"    inputs: [{sources}]", f"    outputs: [{results}]"]
    for number in range(len(interface.outputs)):
        port = "model" if number == 0 else f"model.{number}"
        lines += [f"  output_{number}:", "    out: tensor", f"    inputs: [{port}]"]
    return MemoryFiles({"Runefile.yml": "\n".join(lines).encode() + b"\n", "model.tflite": data})


def judged(data: bytes) -> ArchitectureOutcome:
    """Compiles a model and compares it with its reference."""
    size = len(data)
    try:
        model = read_model(data)
        lacking = unsupported_ops(model)
        if lacking:
            return ArchitectureOutcome(ArchitectureVerdict.HOST, "; ".join(map(str, lacking)), size)
        files = project_of(data, model)
        start = _processor_seconds()
        result = build(files, BuildOptions("judged"))
        middle = _processor_seconds()
        verification = verify(files, result.rune, effort=EFFORT)
        end = _processor_seconds()
    except ModelError as error:
        return ArchitectureOutcome(ArchitectureVerdict.FAILED, str(error), size)
    except BuildFailed as error:
        return ArchitectureOutcome(
            ArchitectureVerdict.FAILED, "; ".join(each.message for each in error.diagnostics), size
        )
    except CompileError as error:
        return ArchitectureOutcome(ArchitectureVerdict.FAILED, f"{error} {error.details[:300]}", size)
    verdict, reason = _verdict(verification)
    report = result.report
    seconds = round(middle - start, 1), round(end - middle, 1)
    return ArchitectureOutcome(verdict, reason, size, report.size, report.memory.arena, *seconds, _most_memory())


def _verdict(verification: Verification) -> tuple[ArchitectureVerdict, str]:
    if not verification.is_within:
        return ArchitectureVerdict.DIFFERS, verification.sentence()
    if not verification.is_complete or not verification.models:
        return ArchitectureVerdict.FAILED, verification.sentence()
    model: ModelVerification = verification.models[0]
    if model.figures.is_identical:
        return ArchitectureVerdict.EXACT, ""
    return ArchitectureVerdict.WITHIN, model.sentence()


def _processor_seconds() -> float:
    """Returns the processor seconds of this process and of its children that ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _most_memory() -> int:
    """Bytes that this process or one of its children had at most."""
    return 1024 * max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def main(arguments: Sequence[str]) -> int:
    folder, names = Path(arguments[0]), set(arguments[1:])
    for path in sorted(folder.glob(f"*.{MODEL}"), key=lambda path: path.stat().st_size):
        name, form = named(path)
        outcome_file = place(folder, name, form, OUTCOME)
        if outcome_file.exists() or (names and name not in names):
            continue
        # The reference is C++ that trusts its files.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            try:
                outcome = process.submit(judged, path.read_bytes()).result()
            except BrokenProcessPool:
                outcome = ArchitectureOutcome(ArchitectureVerdict.FAILED, "the process ended", path.stat().st_size)
        outcome_file.write_text(outcome.to_json(), encoding="utf-8")
        print(
            f"{name} {form}: {outcome.verdict.value} {outcome.reason} "
            f"{outcome.rune:,} {outcome.arena:,} {outcome.build_seconds} s {outcome.verify_seconds} s "
            f"{outcome.memory >> 20} MB",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
